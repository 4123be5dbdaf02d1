package io.crij.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Takes from a node what a reboot would take, and starts its daemons again.
final class Reboot {
    private static final Duration SOON = Duration.ofSeconds(30);

    private Reboot() {}

    static void of(Node node) {
        var place = node.place();
        node.crij().killServer();
        node.crij().killMonitor();
        endProcesses(node);
        for (var point : Traces.mountPoints(place).reversed()) {
            Shell.must("umount", "--lazy", point);
        }
        for (var pod : node.pods().made()) {
            unpin(Path.of("/run/netns", "crij-" + pod.substring(0, 12)));
        }
        Shell.run(List.of("ip", "-n", place.network().name(), "link", "del", "e2e0"));
        Shell.run(place.network().inside(List.of("iptables", "-t", "nat", "-F")));
        Traces.clearCgroups(place);
        Folders.delete(place.state());
        node.crij().start();
    }

    /// Containers, their shims, pauses.
    private static void endProcesses(Node node) {
        Waiting.until("the processes of the node end", SOON, () -> {
            var left = Traces.pids(node.place(), node.pods().made());
            left.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            return left.isEmpty();
        });
    }

    private static void unpin(Path namespace) {
        if (Files.exists(namespace)) {
            Shell.must("umount", "--lazy", namespace.toString());
            try {
                Files.delete(namespace);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
