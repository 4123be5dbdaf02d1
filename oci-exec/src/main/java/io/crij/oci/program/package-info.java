/// Syscall programs: what `init.c` executes. A program is built in Java operation by operation, each with a sentence
/// that says what it is for; the sentences make the listing of `oci-exec explain` and the messages of failed steps.
@NullMarked
package io.crij.oci.program;

import org.jspecify.annotations.NullMarked;
