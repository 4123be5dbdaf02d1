/// The `oci-exec` command: the built-in runtime for those who drive a `runc`. The options, texts and exit codes that
/// engines depend on are runc's.
@NullMarked
package io.crij.oci.cli;

import org.jspecify.annotations.NullMarked;
