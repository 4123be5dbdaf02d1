@NullMarked
package io.crij.linux;

import org.jspecify.annotations.NullMarked;
