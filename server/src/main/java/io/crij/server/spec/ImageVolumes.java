package io.crij.server.spec;

import io.crij.cri.v1.Mount;
import io.crij.image.OverlayLayers;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Xattr;
import io.crij.linux.abi.FileFlags;
import io.crij.sandbox.SandboxException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Images mounted as volumes: a read-only overlay of their layers. The kubelet knows failures by the prefix of the
/// message.
///
/// With a sub path the layers' own sub folders are stacked. That is the merged sub folder as long as no layer hides it
/// from those below, which is looked at here; and since no symbolic link is followed nothing leads out of the image.
final class ImageVolumes {
    private ImageVolumes() {}

    static io.crij.oci.spec.Mount mount(Wanted wanted, Mount mount) throws SandboxException {
        var reference = mount.getImage().getImage();
        if (reference.isEmpty()) {
            throw new SandboxException.Invalid("config.mounts.image", "", "an image volume needs an image");
        }
        if (!mount.getReadonly()) {
            throw new SandboxException.Invalid("config.mounts.readonly", "false", "an image volume must be readonly");
        }
        if (!mount.getHostPath().isEmpty()) {
            throw new SandboxException.Invalid(
                    "config.mounts.host_path", mount.getHostPath(), "an image volume has no path on the host");
        }
        var layers = wanted.imageVolumes().get(reference);
        if (layers == null) {
            throw new SandboxException.ImageVolumeFailed(
                    "image \"" + reference + "\" is not on this node; pull it first");
        }
        var lower = mount.getImageSubPath().isEmpty()
                ? layers.lower()
                : below(layers, subPath(mount.getImageSubPath()), reference);
        return overlay(mount, lower);
    }

    private static io.crij.oci.spec.Mount overlay(Mount mount, List<Path> lower) {
        var options = new ArrayList<String>();
        options.add("ro");
        options.addAll(mount.getMountOptionsList());
        var destination = ContainerPath.clean(mount.getContainerPath());
        if (lower.size() == 1) {
            // overlayfs wants two folders at least
            options.addAll(List.of("rbind", "rprivate"));
            return new io.crij.oci.spec.Mount(
                    destination, "bind", lower.getFirst().toString(), options, List.of(), List.of());
        }
        options.add("lowerdir="
                + String.join(":", lower.stream().map(Path::toString).toList()));
        return new io.crij.oci.spec.Mount(destination, "overlay", "overlay", options, List.of(), List.of());
    }

    private static Path subPath(String text) throws SandboxException {
        var path = Path.of(text);
        for (var name : path) {
            if (name.toString().equals("..")) {
                throw new SandboxException.Invalid("config.mounts.image_sub_path", text, "must not have .. in it");
            }
        }
        return path.isAbsolute() ? Path.of("/").relativize(path) : path;
    }

    private static List<Path> below(OverlayLayers layers, Path sub, String reference) throws SandboxException {
        var found = new ArrayList<Path>();
        for (var layer : layers.lower()) {
            var step = look(layer, sub);
            if (step == Look.FOLDER || step == Look.FOLDER_ON_TOP) {
                found.add(layer.resolve(sub));
            }
            if (step == Look.HIDDEN || step == Look.FOLDER_ON_TOP) {
                break;
            }
        }
        if (found.isEmpty()) {
            throw new SandboxException.ImageVolumeFailed(
                    "image \"" + reference + "\" has no folder \"" + sub + "\"; correct the subPath of the volume");
        }
        return found;
    }

    private enum Look {
        /// Nothing here; lower layers may have it.
        ABSENT,
        FOLDER,
        /// A folder that hides those of lower layers.
        FOLDER_ON_TOP,
        /// Removed here, or something else than a folder.
        HIDDEN
    }

    private static Look look(Path layer, Path sub) throws SandboxException {
        var at = layer;
        boolean opaque = false;
        for (var name : sub) {
            at = at.resolve(name);
            if (!Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
                return opaque ? Look.HIDDEN : Look.ABSENT;
            }
            if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
                return Look.HIDDEN;
            }
            opaque |= opaque(at);
        }
        return opaque ? Look.FOLDER_ON_TOP : Look.FOLDER;
    }

    private static boolean opaque(Path folder) throws SandboxException {
        try (var fd = Fd.open(folder.toString(), FileFlags.O_RDONLY | FileFlags.O_DIRECTORY | FileFlags.O_NOFOLLOW)) {
            return Xattr.get(fd, "trusted.overlay.opaque").isPresent();
        } catch (ErrnoException e) {
            throw new SandboxException.StorageFailed("look into the image layer folder", folder, e);
        }
    }
}
