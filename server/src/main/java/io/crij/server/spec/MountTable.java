package io.crij.server.spec;

import io.crij.sandbox.SandboxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The host's mounts with their propagation, from `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
record MountTable(List<Entry> entries) {
    record Entry(Path point, boolean shared, boolean slave) {}

    static MountTable read() throws SandboxException {
        var file = Path.of("/proc/self/mountinfo");
        try {
            return parse(Files.readAllLines(file));
        } catch (IOException e) {
            throw new SandboxException.StorageFailed("read", file, e);
        }
    }

    static MountTable parse(List<String> lines) {
        var entries = new ArrayList<Entry>();
        for (var line : lines) {
            var fields = line.split(" ");
            boolean shared = false;
            boolean slave = false;
            for (int i = 6; i < fields.length && !fields[i].equals("-"); i++) {
                shared |= fields[i].startsWith("shared:");
                slave |= fields[i].startsWith("master:");
            }
            entries.add(new Entry(Path.of(unescape(fields[4])), shared, slave));
        }
        return new MountTable(List.copyOf(entries));
    }

    /// The mount that a path is on: of several at one point the last one, which covers the others.
    Entry of(Path path) {
        return entries.reversed().stream()
                .filter(entry -> path.startsWith(entry.point()))
                .max(Comparator.comparingInt(entry -> entry.point().getNameCount()))
                .orElse(new Entry(Path.of("/"), false, false));
    }

    /// @param slaveToo whether a slave mount is enough
    void requireShared(Path source, boolean slaveToo) throws SandboxException {
        var mount = of(source);
        if (!mount.shared() && !(slaveToo && mount.slave())) {
            throw new SandboxException.Unsupported("the volume " + source + " is on the mount " + mount.point()
                    + ", which is not shared" + (slaveToo ? " or a slave" : "")
                    + ", so mounts cannot travel between host and container; run mount --make-rshared "
                    + mount.point() + " or drop the mount propagation");
        }
    }

    private static String unescape(String field) {
        return field.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\");
    }
}
