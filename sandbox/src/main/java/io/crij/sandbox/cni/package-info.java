@NullMarked
package io.crij.sandbox.cni;

import org.jspecify.annotations.NullMarked;
