package io.crij.server;

import io.crij.server.cli.CrijCommand;

/// The `crij` program.
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(CrijCommand.run(args));
    }
}
