package io.crij.server.spec;

import io.crij.linux.At;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Stat;
import io.crij.oci.spec.Device;
import io.crij.oci.spec.DeviceType;
import io.crij.sandbox.SandboxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Device nodes of the host.
final class HostDevices {
    // folders and nodes that every container has of its own
    private static final Set<String> OWN = Set.of(
            "pts", "shm", "fd", "mqueue", "console", "ptmx", "core", "stdin", "stdout", "stderr", "log", "vfio-lock");

    private final Path dev;

    HostDevices(Path dev) {
        this.dev = dev;
    }

    /// Every device below `/dev` but those that a container has of its own.
    List<Device> all() throws SandboxException {
        var found = new ArrayList<Device>();
        walk(dev, dev, found);
        found.removeIf(
                device -> Set.of("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty")
                        .contains(device.path()));
        return found;
    }

    /// The device that the request names, or all of a folder; a symbolic link is followed.
    List<Device> at(String hostPath, String containerPath) throws SandboxException {
        if (hostPath.isEmpty() || !Path.of(hostPath).isAbsolute()) {
            throw invalid(hostPath, "must be the absolute path of a device");
        }
        var target = ContainerPath.clean(containerPath.isEmpty() ? hostPath : containerPath);
        try {
            var real = Path.of(hostPath).toRealPath();
            if (Files.isDirectory(real)) {
                var found = new ArrayList<Device>();
                walk(real, Path.of(target), found);
                return found;
            }
            return List.of(device(real, target)
                    .orElseThrow(() -> invalid(hostPath, "is neither a device nor a folder of devices")));
        } catch (IOException e) {
            throw invalid(hostPath, "cannot be used on this node: " + e);
        }
    }

    private void walk(Path folder, Path target, List<Device> found) throws SandboxException {
        try (var entries = Files.newDirectoryStream(folder)) {
            for (var entry : entries) {
                var name = entry.getFileName().toString();
                if (folder.equals(dev) && OWN.contains(name) || Files.isSymbolicLink(entry)) {
                    continue;
                }
                var inside = target.resolve(name);
                if (Files.isDirectory(entry)) {
                    walk(entry, inside, found);
                } else {
                    device(entry, inside.toString()).ifPresent(found::add);
                }
            }
        } catch (IOException e) {
            throw new SandboxException.StorageFailed("list the devices in", folder, e);
        }
    }

    private static Optional<Device> device(Path path, String target) throws SandboxException {
        try {
            var stat = At.stat(Fd.CWD, path.toString());
            return type(stat)
                    .map(type -> new Device(
                            type,
                            target,
                            stat.specialDevice().major(),
                            stat.specialDevice().minor(),
                            stat.permissions(),
                            Integer.toUnsignedLong(stat.uid()),
                            Integer.toUnsignedLong(stat.gid())));
        } catch (ErrnoException e) {
            throw new SandboxException.StorageFailed("look at the device", path, e);
        }
    }

    private static Optional<DeviceType> type(Stat stat) {
        if (stat.isCharDevice()) {
            return Optional.of(DeviceType.CHARACTER);
        }
        return stat.isBlockDevice() ? Optional.of(DeviceType.BLOCK) : Optional.empty();
    }

    private static SandboxException invalid(String path, String reason) {
        return new SandboxException.Invalid("config.devices.host_path", path, reason);
    }
}
