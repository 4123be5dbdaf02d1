package io.crij.server.check;

import io.crij.linux.ErrnoException;
import io.crij.server.config.Config;
import io.crij.server.handlers.FoundHandler;
import io.crij.server.handlers.FoundHandlers;
import io.crij.server.spec.HostFeatures;
import io.crij.server.transport.Sockets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The server itself, the monitor and the runtime handlers.
final class ServiceChecks {
    private static final String MONITOR_START =
            "start conmon-j (systemctl start conmon-j), or restart crij, which starts it";

    private final Config config;

    ServiceChecks(Config config) {
        this.config = config;
    }

    List<Finding> run() throws ErrnoException, InterruptedException {
        var findings = new ArrayList<Finding>();
        findings.add(socket("server", config.server().socket(), "systemctl start crij"));
        findings.add(socket("monitor", config.monitorSocket(), MONITOR_START));
        findings.add(handlers());
        for (var handler :
                FoundHandlers.probe(config, HostFeatures.read().idmapped()).all()) {
            findings.add(handler(handler));
        }
        metricsPort().ifPresent(findings::add);
        return findings;
    }

    /// Whether the port can be taken; a server that runs has it already.
    private Optional<Finding> metricsPort() {
        var metrics = config.metrics();
        if (metrics.port() == 0 || Sockets.isLive(config.server().socket())) {
            return Optional.empty();
        }
        try (var _ = new ServerSocket(metrics.port(), 1, InetAddress.ofLiteral(metrics.address()))) {
            return Optional.of(Finding.ok("metrics port", metrics.port() + " is free"));
        } catch (IOException e) {
            return Optional.of(Finding.fail(
                    "metrics port",
                    metrics.address() + ":" + metrics.port() + " cannot be taken: " + e.getMessage(),
                    "set metrics.port to another one, or end what has it: ss -ltnp"));
        }
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

    private Finding handler(FoundHandler handler) {
        var topic = "handler " + handler.name();
        if (!handler.usable()) {
            return handler.name().equals(config.runtime().defaultHandler())
                    ? Finding.fail(topic, "pods cannot use it, and it is the default", handler.problem())
                    : Finding.warn(topic, "pods cannot use it", handler.problem());
        }
        var what = handler.program()
                .map(program -> program + (handler.version().isEmpty() ? "" : " (" + handler.version() + ")"));
        return Finding.ok(
                topic,
                what.orElse("the executor inside conmon-j") + "; recursive read-only mounts: "
                        + yesNo(handler.recursiveReadOnly()) + ", user namespaces: " + yesNo(handler.userNamespaces()));
    }

    private static String yesNo(boolean yes) {
        return yes ? "yes" : "no";
    }
}
