@NullMarked
package io.crij.server.monitor;

import org.jspecify.annotations.NullMarked;
