package io.crij.server.cli;

import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Option;

/// The options that say which CRI server to talk to, shared by all commands that do.
final class Endpoint {
    private static final String SCHEME = "unix://";

    @Option(
            names = "--endpoint",
            paramLabel = "SOCKET",
            defaultValue = "${env:CRIJ_ENDPOINT:-/run/crij/crij.sock}",
            description = "Unix socket of the CRI server, also another one's (default: $CRIJ_ENDPOINT,"
                    + " else /run/crij/crij.sock).")
    String address = "";

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "How long one call may take; 0 is without end (default: ${DEFAULT-VALUE}).")
    long timeoutSeconds;

    Path socket() {
        return Path.of(address.startsWith(SCHEME) ? address.substring(SCHEME.length()) : address);
    }

    Duration timeout() {
        return timeoutSeconds > 0 ? Duration.ofSeconds(timeoutSeconds) : Duration.ofDays(1);
    }

    CriClient connect() {
        return new CriClient(socket(), timeout());
    }
}
