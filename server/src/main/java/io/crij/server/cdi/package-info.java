/// Container Device Interface: what vendors write down about their devices, and what a container gets by it.
@NullMarked
package io.crij.server.cdi;

import org.jspecify.annotations.NullMarked;
