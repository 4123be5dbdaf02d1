package io.crij.sandbox.cni;

import io.crij.linux.ErrnoException;
import io.crij.linux.Signal;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// Plugins whose server was killed: they are known by their standard output, which is a [PluginRun]'s, and by their
/// container. A daemon that a plugin left on purpose has other streams.
final class OrphanedPlugins {
    private static final System.Logger LOG = System.getLogger(OrphanedPlugins.class.getName());
    private static final String OUTPUT = "/memfd:" + PluginRun.OUTPUT;
    private static final String CONTAINER = "CNI_CONTAINERID=";
    private static final int ROUNDS = 10;

    private OrphanedPlugins() {}

    /// Kills them, with what they have started, which has the same output and environment.
    static void end(Set<String> containers) throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            var found = of(containers);
            if (found.isEmpty()) {
                return;
            }
            found.forEach(OrphanedPlugins::kill);
        }
    }

    private static List<Path> of(Set<String> containers) throws IOException {
        try (var processes = Files.list(Path.of("/proc"))) {
            return processes.filter(process -> isOne(process, containers)).toList();
        }
    }

    private static boolean isOne(Path process, Set<String> containers) {
        try {
            if (!process.getFileName().toString().matches("[0-9]+")
                    || !Files.readSymbolicLink(process.resolve("fd/1"))
                            .toString()
                            .startsWith(OUTPUT)) {
                return false;
            }
            var environment = new String(Files.readAllBytes(process.resolve("environ")), StandardCharsets.UTF_8);
            return List.of(environment.split("\0")).stream()
                    .anyMatch(entry ->
                            entry.startsWith(CONTAINER) && containers.contains(entry.substring(CONTAINER.length())));
        } catch (IOException _) {
            return false; // it has ended
        }
    }

    private static void kill(Path process) {
        LOG.log(
                Level.WARNING,
                "Network plugin " + process + " of a server that was killed is ended; its container's network is given"
                        + " back or, if it is still wanted, made anew");
        try {
            Signal.KILL.send(Integer.parseInt(process.getFileName().toString()));
        } catch (ErrnoException _) {
            // it has ended
        }
    }
}
