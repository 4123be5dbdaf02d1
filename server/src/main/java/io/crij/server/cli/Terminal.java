package io.crij.server.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/// Whether a person sits at our streams.
final class Terminal {
    private Terminal() {}

    static boolean isStdin() {
        return isTerminal(0);
    }

    static boolean isStderr() {
        return isTerminal(2);
    }

    private static boolean isTerminal(int fd) {
        try {
            var target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (java.io.IOException e) {
            return false;
        }
    }
}
