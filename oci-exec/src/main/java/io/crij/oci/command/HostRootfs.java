package io.crij.oci.command;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.FileSystemContext;
import io.crij.linux.Mounts;
import io.crij.linux.OverlayLayers;
import io.crij.linux.abi.FileFlags;
import io.crij.linux.abi.MountFlags;
import io.crij.oci.runtime.Rootfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/// The root file system of a container as a mount of this host: a command cannot be handed one that is attached
/// nowhere.
public final class HostRootfs {
    private static final String PLACE = "rootfs";

    private HostRootfs() {}

    /// Mounts it below the container's folder.
    ///
    /// @return where
    public static Path mount(Rootfs.Overlay overlay, Path folder) throws IOException {
        return mount(overlay, folder, OverlayLayers.ofThisKernel());
    }

    static Path mount(Rootfs.Overlay overlay, Path folder, OverlayLayers layers) throws IOException {
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
        switch (layers) {
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

    /// The layers by descriptors: all options together must fit in a page, whatever the paths are.
    private static void byOptions(Rootfs.Overlay overlay, Path place) throws ErrnoException {
        List<Fd> opened = new ArrayList<>();
        try {
            StringJoiner options = new StringJoiner(",");
            StringJoiner lower = new StringJoiner(":", "lowerdir=", "");
            for (Path layer : overlay.lower()) {
                lower.add(open(layer, opened));
            }
            options.add(lower.toString());
            if (overlay.upper().isPresent()) {
                options.add("upperdir=" + open(overlay.upper().get(), opened));
                options.add("workdir=" + open(overlay.work().orElseThrow(), opened));
            }
            overlay.options().forEach(options::add);
            Mounts.mount("overlay", place.toString(), "overlay", 0, options.toString());
        } finally {
            opened.forEach(Fd::close);
        }
        Mounts.setAttributes(Fd.CWD, place.toString(), false, 0, 0, MountFlags.MS_PRIVATE);
    }

    private static String open(Path folder, List<Fd> opened) throws ErrnoException {
        Fd fd = Fd.open(folder.toString(), FileFlags.O_PATH | FileFlags.O_DIRECTORY);
        opened.add(fd);
        return fd.procPath();
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
