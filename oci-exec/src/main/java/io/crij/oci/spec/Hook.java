package io.crij.oci.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A program that is run at a point of the container's life with its state as JSON on standard input.
///
/// @param path absolute
/// @param args with `args[0]`; empty: the path alone
/// @param env all of the environment
/// @param timeout seconds, more than zero
public record Hook(
        String path,
        List<String> args,
        List<String> env,
        @Nullable Integer timeout) {
    public Hook {
        Absent.required(path, "path");
        args = Absent.toEmpty(args);
        env = Absent.toEmpty(env);
    }
}
