package io.crij.shim;

import io.crij.oci.runtime.Stdio;

/// Which streams a process of a shim has.
///
/// @param terminal all output comes through one, in the order of the terminal
record Streams(boolean any, boolean stdin, boolean terminal) {
    static Streams of(Stdio wanted) {
        return switch (wanted) {
            case Stdio.Pipes pipes -> new Streams(true, pipes.stdin(), false);
            case Stdio.Terminal _ -> new Streams(true, true, true);
            case Stdio.Null _ -> new Streams(false, false, false);
            case Stdio.Given _, Stdio.Named _ ->
                throw new IllegalArgumentException("a shim takes streams by their names only");
        };
    }
}
