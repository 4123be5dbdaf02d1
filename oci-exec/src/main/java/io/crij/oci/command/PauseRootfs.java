package io.crij.oci.command;

import io.crij.oci.program.PauseElf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;

/// A root file system with nothing in it but our pause, for runtimes that want to make a sandbox's first container
/// themselves. One for all sandboxes of this node; it is mounted read-only.
final class PauseRootfs {
    static final String PROGRAM = "/pause";
    private static final List<String> MOUNT_POINTS = List.of("proc", "dev", "sys", "etc", "tmp");

    private PauseRootfs() {}

    /// @param own folder for what belongs to no container
    static Path prepare(Path own) throws IOException {
        Path root = own.resolve("pause");
        Path program = root.resolve(PROGRAM.substring(1));
        byte[] image = PauseElf.image();
        // one of an earlier version is replaced: sandboxes that run it keep it
        if (!Files.exists(program) || !Arrays.equals(Files.readAllBytes(program), image)) {
            for (String place : MOUNT_POINTS) {
                Files.createDirectories(root.resolve(place));
            }
            // whole or not at all, whoever makes it at the same time
            Path fresh = Files.createTempFile(root, ".pause", "");
            Files.write(fresh, image);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("r-xr-xr-x"));
            Files.move(fresh, program, StandardCopyOption.ATOMIC_MOVE);
        }
        return root;
    }
}
