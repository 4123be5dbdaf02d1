@NullMarked
package io.crij.monitor;

import org.jspecify.annotations.NullMarked;
