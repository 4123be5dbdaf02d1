@NullMarked
package io.crij.sandbox;

import org.jspecify.annotations.NullMarked;
