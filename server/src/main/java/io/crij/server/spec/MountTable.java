package io.crij.server.spec;

import io.crij.linux.ErrnoException;
import io.crij.linux.MountInfo;
import io.crij.sandbox.SandboxException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/// The host's mounts and how they propagate.
record MountTable(List<MountInfo> mounts) {
    static MountTable read() throws SandboxException {
        try {
            return new MountTable(MountInfo.ofSelf());
        } catch (ErrnoException e) {
            throw new SandboxException.StorageFailed("read", Path.of("/proc/self/mountinfo"), e);
        }
    }

    /// @param slaveToo whether a slave mount is enough
    void requireShared(Path source, boolean slaveToo) throws SandboxException {
        var mount = of(source);
        boolean shared = has(mount, "shared:");
        if (!shared && !(slaveToo && has(mount, "master:"))) {
            throw new SandboxException.Unsupported("the volume " + source + " is on the mount " + mount.mountPoint()
                    + ", which is not shared" + (slaveToo ? " or a slave" : "")
                    + ", so mounts cannot travel between host and container; run mount --make-rshared "
                    + mount.mountPoint() + " or drop the mount propagation");
        }
    }

    /// The mount that a path is on: of several at one point the last one, which covers the others.
    private MountInfo of(Path path) throws SandboxException {
        return mounts.reversed().stream()
                .filter(mount -> path.startsWith(mount.mountPoint()))
                .max(Comparator.comparingInt(
                        mount -> Path.of(mount.mountPoint()).getNameCount()))
                .orElseThrow(() -> new SandboxException.Unsupported("no mount is known for the volume " + path));
    }

    private static boolean has(MountInfo mount, String prefix) {
        return mount.propagation().stream().anyMatch(field -> field.startsWith(prefix));
    }
}
