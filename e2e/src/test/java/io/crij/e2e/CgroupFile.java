package io.crij.e2e;

import io.crij.linux.systemd.UnitName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// What the kernel says of a container's cgroup.
final class CgroupFile {
    private CgroupFile() {}

    /// @param controller of version 1
    /// @param v1 name of the file on version 1
    /// @param v2 on version 2
    static String of(Node node, String container, String controller, String v1, String v2) {
        var parent = node.place().cgroupParent();
        var group = Place.cgroupDriver().equals("systemd")
                ? UnitName.pathOfSlice(parent) + "/crij-" + container + ".scope"
                : parent + "/" + container;
        return Stream.of(
                        Path.of("/sys/fs/cgroup", controller, group, v1),
                        Path.of("/sys/fs/cgroup", group, "container", v2),
                        Path.of("/sys/fs/cgroup", group, v2))
                .filter(Files::isRegularFile)
                .findFirst()
                .map(CgroupFile::read)
                .orElseThrow(() -> new AssertionError("container " + container + " has no " + v1 + " and no " + v2));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
