@NullMarked
package io.crij.oci.runtime;

import org.jspecify.annotations.NullMarked;
