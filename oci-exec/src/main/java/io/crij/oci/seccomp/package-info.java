/// System call filters: from the specification's rules to a program for the kernel.
@NullMarked
package io.crij.oci.seccomp;

import org.jspecify.annotations.NullMarked;
