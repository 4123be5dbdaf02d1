package io.crij.server.cli;

import static io.crij.server.cli.Failures.trying;

import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.ContainerStatus;
import io.crij.cri.v1.ContainerStatusRequest;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.util.concurrent.TimeUnit;

/// Prints a container's log until the container has ended. The CRI has no call that waits for the end, so its state
/// is asked for at most every [#ASK_MILLIS]; new output is noticed at once, by inotify.
final class LogFollower {
    private static final long ASK_MILLIS = 100;

    private final CriClient client;
    private final String container;

    LogFollower(CriClient client, String container) {
        this.client = client;
        this.container = container;
    }

    ContainerStatus status() {
        return trying(
                "ask for the state of container " + container,
                () -> client.runtime()
                        .containerStatus(ContainerStatusRequest.newBuilder()
                                .setContainerId(container)
                                .build())
                        .getStatus());
    }

    /// Returns the state after the end, all output printed.
    ContainerStatus follow(LogTail tail, Path file, LogPrinter printer) throws IOException, InterruptedException {
        Path folder = file.toAbsolutePath().getParent();
        try (var watch = FileSystems.getDefault().newWatchService()) {
            if (folder != null && Files.isDirectory(folder)) {
                folder.register(watch, StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_CREATE);
            }
            long asked = System.nanoTime();
            var status = status();
            while (status.getState() != ContainerState.CONTAINER_EXITED) {
                tail.drain(printer);
                printer.flush();
                var event = watch.poll(ASK_MILLIS, TimeUnit.MILLISECONDS);
                if (event != null) {
                    event.pollEvents();
                    event.reset();
                }
                if (System.nanoTime() - asked >= TimeUnit.MILLISECONDS.toNanos(ASK_MILLIS)) {
                    asked = System.nanoTime();
                    status = status();
                }
            }
            tail.drain(printer);
            printer.flush();
            return status;
        }
    }
}
