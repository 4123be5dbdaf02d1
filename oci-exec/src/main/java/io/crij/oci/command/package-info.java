/// Runtimes that are driven by their command line: runc, crun, youki, runsc.
@NullMarked
package io.crij.oci.command;

import org.jspecify.annotations.NullMarked;
