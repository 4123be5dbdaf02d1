package io.crij.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A mount namespace in which every mount is shared, as systemd makes them on a node, and none with this machine: what
/// a container with shared propagation does can be seen here and harms nobody. A process that sleeps keeps it.
public final class MountNamespace implements AutoCloseable {
    /// First apart from this machine, then shared among each other.
    private static final String SCRIPT = "mount --make-rshared / && exec sleep inf";

    private final Daemon keeper;

    MountNamespace(Path log) {
        this(log, "true");
    }

    /// @param first command for the shell, run inside before anything else
    MountNamespace(Path log, String first) {
        keeper = new Daemon(
                "the keeper of the mounts",
                log,
                Map.of(),
                List.of("unshare", "--mount", "--propagation", "private", "--", "sh", "-c", first + " && " + SCRIPT));
        keeper.awaitReady(() -> isApart(keeper.pid())
                && table().stream().allMatch(line -> line.contains(" shared:"))
                && commandLine().startsWith("sleep"));
    }

    /// The command, to be run inside.
    List<String> inside(List<String> command) {
        var all = new ArrayList<>(List.of("nsenter", "--mount=/proc/" + keeper.pid() + "/ns/mnt", "--"));
        all.addAll(command);
        return all;
    }

    /// The lines of its mount table (proc_pid_mountinfo(5)), with the ids and peer groups of the mounts.
    public List<String> table() {
        return text("mountinfo").lines().toList();
    }

    @Override
    public void close() {
        keeper.kill();
    }

    private String commandLine() {
        return text("cmdline").replace('\0', ' ');
    }

    private static boolean isApart(long pid) {
        try {
            var ours = Files.readSymbolicLink(Path.of("/proc/self/ns/mnt"));
            return !Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/mnt")).equals(ours);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String text(String file) {
        try {
            return new String(
                    Files.readAllBytes(Path.of("/proc/" + keeper.pid() + "/" + file)), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
