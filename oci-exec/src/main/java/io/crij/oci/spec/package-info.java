@NullMarked
package io.crij.oci.spec;

import org.jspecify.annotations.NullMarked;
