package io.crij.server.cli;

import picocli.CommandLine.Option;

/// `-o table|json`, shared by all commands that print things.
final class OutputFormat {
    enum Format {
        table,
        json
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    Format format = Format.table;

    boolean json() {
        return format == Format.json;
    }
}
