package io.crij.oci.cli;

import io.crij.oci.runtime.OciException;
import java.io.IOException;

/// What the command can do: one class each.
interface Verb {
    Syntax syntax();

    /// @return the exit code
    int run() throws OciException, IOException, InterruptedException;
}
