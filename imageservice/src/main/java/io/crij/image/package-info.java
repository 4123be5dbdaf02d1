@NullMarked
package io.crij.image;

import org.jspecify.annotations.NullMarked;
