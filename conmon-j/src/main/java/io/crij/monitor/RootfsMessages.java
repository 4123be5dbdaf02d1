package io.crij.monitor;

import io.crij.monitor.proto.Create;
import io.crij.monitor.proto.Overlay;
import io.crij.oci.runtime.Rootfs;
import java.nio.file.Path;
import java.util.Optional;

/// A container's root file system on the wire.
final class RootfsMessages {
    private RootfsMessages() {}

    static Overlay encode(Rootfs.Overlay overlay) {
        return Overlay.newBuilder()
                .addAllLower(overlay.lower().stream().map(Path::toString).toList())
                .setUpper(overlay.upper().map(Path::toString).orElse(""))
                .setWork(overlay.work().map(Path::toString).orElse(""))
                .addAllOptions(overlay.options())
                .build();
    }

    static Optional<Rootfs> decode(Create create) {
        return switch (create.getRootfsCase()) {
            case DIRECTORY -> Optional.of(new Rootfs.Directory(Path.of(create.getDirectory())));
            case OVERLAY -> Optional.of(decode(create.getOverlay()));
            case PAUSE -> Optional.of(new Rootfs.Pause());
            case ROOTFS_NOT_SET -> Optional.empty();
        };
    }

    private static Rootfs decode(Overlay overlay) {
        return new Rootfs.Overlay(
                overlay.getLowerList().stream().map(Path::of).toList(),
                path(overlay.getUpper()),
                path(overlay.getWork()),
                overlay.getOptionsList());
    }

    private static Optional<Path> path(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
    }
}
