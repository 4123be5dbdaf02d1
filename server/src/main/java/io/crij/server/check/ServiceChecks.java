package io.crij.server.check;

import io.crij.server.config.Config;
import io.crij.server.transport.Sockets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The server itself, the monitor and the runtime handlers.
final class ServiceChecks {
    private final Config config;

    ServiceChecks(Config config) {
        this.config = config;
    }

    List<Finding> run() {
        var findings = new ArrayList<Finding>();
        findings.add(socket("server", config.server().socket(), "systemctl start crij"));
        findings.add(socket("monitor", config.monitorSocket(), "systemctl start conmon-j; crij starts it too"));
        findings.add(handlers());
        return findings;
    }

    private static Finding socket(String topic, Path socket, String start) {
        if (Sockets.isLive(socket)) {
            return Finding.ok(topic, "answers at " + socket);
        }
        return Files.exists(socket)
                ? Finding.warn(topic, "nobody answers at " + socket + ", the file is left over", start)
                : Finding.warn(topic, "is not running (no " + socket + ")", start);
    }

    private Finding handlers() {
        var names = config.runtimes().keySet().stream().sorted().toList();
        var fallback = config.runtime().defaultHandler();
        return names.contains(fallback)
                ? Finding.ok("runtime handlers", String.join(", ", names) + "; default " + fallback)
                : Finding.fail(
                        "runtime handlers",
                        "the default handler " + fallback + " is not among " + names,
                        "set runtime.default_handler to one of them");
    }
}
