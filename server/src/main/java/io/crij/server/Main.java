package io.crij.server;

import io.crij.server.cli.CrijCommand;
import picocli.CommandLine;

/// The `crij` program.
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new CrijCommand()).execute(args));
    }
}
