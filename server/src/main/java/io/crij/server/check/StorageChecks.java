package io.crij.server.check;

import io.crij.linux.ErrnoException;
import io.crij.linux.FileSystemContext;
import io.crij.linux.KernelFeatures;
import io.crij.linux.StatFs;
import io.crij.server.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The folders of images and containers.
final class StorageChecks {
    private static final long LITTLE = 2L << 30;
    private static final long FEW_INODES = 100_000;

    private final Config.Server server;
    private final KernelFeatures features;

    StorageChecks(Config.Server server, KernelFeatures features) {
        this.server = server;
        this.features = features;
    }

    List<Finding> run() {
        var findings = new ArrayList<Finding>();
        findings.add(overlay());
        findings.add(space());
        findings.add(idmapped());
        return findings;
    }

    /// Mounts an overlay on the data folder's file system, attached nowhere.
    private Finding overlay() {
        Path trial = Path.of("");
        try {
            trial = Files.createTempDirectory(existing(server.data()), ".crij-check");
            try (var overlay = new FileSystemContext("overlay")) {
                overlay.set(
                        "lowerdir", Files.createDirectory(trial.resolve("l")).toString());
                overlay.set(
                        "upperdir", Files.createDirectory(trial.resolve("u")).toString());
                overlay.set("workdir", Files.createDirectory(trial.resolve("w")).toString());
                overlay.create();
                overlay.mount(0).close();
            }
            return Finding.ok("overlayfs", "works on " + server.data());
        } catch (ErrnoException e) {
            return Finding.fail(
                    "overlayfs",
                    "does not work on " + server.data() + ": " + e.getMessage(),
                    "modprobe overlay; put server.data on ext4, xfs (ftype=1) or btrfs, not on an overlay");
        } catch (IOException e) {
            return Finding.fail(
                    "overlayfs",
                    "cannot write in " + server.data() + ": " + e.getMessage(),
                    "run as root, on a file system that can be written");
        } finally {
            remove(trial);
        }
    }

    private Finding space() {
        try {
            var disk = StatFs.of(existing(server.data()).toString());
            long free = disk.blocksAvailable() * disk.blockSize();
            boolean fewInodes = disk.inodes() > 0 && disk.inodesFree() < FEW_INODES;
            var fact = (free >> 20) + " MiB" + (fewInodes ? ", " + disk.inodesFree() + " inodes" : "")
                    + " free for images in " + server.data();
            return free < LITTLE || fewInodes
                    ? Finding.warn("disk", fact, "make room, or move server.data")
                    : Finding.ok("disk", fact);
        } catch (ErrnoException e) {
            return Finding.fail("disk", "cannot look at " + server.data() + ": " + e.getMessage(), "check the disk");
        }
    }

    private Finding idmapped() {
        return features.idmappedOverlay() && features.idmappedTmpfs()
                ? Finding.ok("idmapped mounts", "overlay and tmpfs")
                : Finding.warn(
                        "idmapped mounts",
                        "not for " + (features.idmappedOverlay() ? "tmpfs (kernel 6.3)" : "overlay (kernel 5.19)"),
                        "pods with user namespaces need a newer kernel");
    }

    private static Path existing(Path folder) {
        var path = folder.toAbsolutePath();
        while (!Files.isDirectory(path) && path.getParent() != null) {
            path = path.getParent();
        }
        return path;
    }

    private static void remove(Path trial) {
        if (trial.toString().isEmpty()) {
            return;
        }
        try {
            // overlayfs makes w/work
            for (var name : List.of("l", "u", "w/work", "w", "")) {
                Files.deleteIfExists(trial.resolve(name));
            }
        } catch (IOException e) {
            System.getLogger(StorageChecks.class.getName())
                    .log(System.Logger.Level.WARNING, "could not remove {0}: {1}", trial, e.getMessage());
        }
    }
}
