package io.crij.oci.command;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.FileSystemContext;
import io.crij.linux.Mounts;
import io.crij.linux.OverlayLayers;
import io.crij.linux.abi.MountFlags;
import io.crij.oci.runtime.Rootfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The root file system of a container as a mount of this host: a command cannot be handed one that is attached
/// nowhere.
public final class HostRootfs {
    private static final String PLACE = "rootfs";

    private HostRootfs() {}

    /// Mounts it below the container's folder.
    ///
    /// @return where
    public static Path mount(Rootfs.Overlay overlay, Path folder) throws IOException {
        Path place = folder.resolve(PLACE);
        Files.createDirectories(place);
        if (overlay.upper().isEmpty() && overlay.lower().size() == 1) {
            // overlayfs wants two layers at least
            try (Fd only = Mounts.openTree(Fd.CWD, overlay.lower().getFirst().toString(), true, false)) {
                Mounts.setAttributes(only, "", false, MountFlags.MOUNT_ATTR_RDONLY, 0, 0);
                attach(only, place);
            }
            return place;
        }
        switch (OverlayLayers.ofThisKernel()) {
            case MOUNT_OPTIONS -> byOptions(overlay, place);
            case PATHS, DETACHED_MOUNTS -> byPaths(overlay, place);
        }
        return place;
    }

    private static void byPaths(Rootfs.Overlay overlay, Path place) throws ErrnoException {
        try (var context = new FileSystemContext("overlay")) {
            context.set("source", "overlay");
            for (Path layer : overlay.lower()) {
                context.set("lowerdir+", layer.toString());
            }
            if (overlay.upper().isPresent()) {
                context.set("upperdir", overlay.upper().get().toString());
                context.set("workdir", overlay.work().orElseThrow().toString());
            }
            for (String option : overlay.options()) {
                int equals = option.indexOf('=');
                if (equals < 0) {
                    context.setFlag(option);
                } else {
                    context.set(option.substring(0, equals), option.substring(equals + 1));
                }
            }
            context.create();
            try (Fd mount = context.mount(0)) {
                attach(mount, place);
            }
        }
    }

    private static void attach(Fd mount, Path place) throws ErrnoException {
        Mounts.move(mount, Fd.CWD, place.toString());
        // or else it would go into every mount namespace that the host's mounts go to, and keep its layers busy there
        Mounts.setAttributes(Fd.CWD, place.toString(), false, 0, 0, MountFlags.MS_PRIVATE);
    }

    private static void byOptions(Rootfs.Overlay overlay, Path place) throws ErrnoException {
        List<String> options = new ArrayList<>();
        options.add("lowerdir="
                + String.join(
                        ":", overlay.lower().stream().map(HostRootfs::escaped).toList()));
        if (overlay.upper().isPresent()) {
            options.add("upperdir=" + escaped(overlay.upper().get()));
            options.add("workdir=" + escaped(overlay.work().orElseThrow()));
        }
        options.addAll(overlay.options());
        Mounts.mount("overlay", place.toString(), "overlay", 0, String.join(",", options));
        Mounts.setAttributes(Fd.CWD, place.toString(), false, 0, 0, MountFlags.MS_PRIVATE);
    }

    private static String escaped(Path folder) {
        return folder.toString().replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,");
    }

    /// Takes it away; not there is no error.
    public static void unmount(Path folder) throws IOException {
        Path place = folder.resolve(PLACE);
        try {
            while (true) {
                Mounts.unmount(place.toString(), MountFlags.MNT_DETACH | MountFlags.UMOUNT_NOFOLLOW);
            }
        } catch (ErrnoException e) {
            // EINVAL: nothing is mounted there
            if (e.errno() != Errno.EINVAL && e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
        Files.deleteIfExists(place);
    }
}
