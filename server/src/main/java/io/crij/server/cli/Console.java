package io.crij.server.cli;

import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/// Where a command prints, so that tests can read it.
record Console(PrintWriter out, PrintWriter err) {

    static Console of(@Nullable CommandSpec spec) {
        var command = Objects.requireNonNull(spec).commandLine();
        return new Console(command.getOut(), command.getErr());
    }
}
