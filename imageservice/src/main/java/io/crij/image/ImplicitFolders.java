package io.crij.image;

import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_NOFOLLOW;
import static io.crij.linux.abi.FileFlags.O_RDONLY;
import static io.crij.linux.abi.FileFlags.RESOLVE_BENEATH;
import static io.crij.linux.abi.FileFlags.RESOLVE_NO_SYMLINKS;

import io.crij.linux.At;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.OpenHow;
import io.crij.linux.Stat;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Gives folders that a layer does not describe the owner, mode and time that they have in the layers below: else a
/// layer with only `tmp/x` would take the sticky bit from `/tmp`.
final class ImplicitFolders {
    private ImplicitFolders() {}

    /// @param layer folder of the unpacked layer
    /// @param paths of the folders, parents first
    /// @param below folders of the layers below, top-most first
    static void settle(Path layer, List<String> paths, List<Path> below) throws ErrnoException {
        if (below.isEmpty()) {
            return;
        }
        OpenHow how = new OpenHow(O_RDONLY | O_DIRECTORY | O_NOFOLLOW, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
        try (LayeredRoot lower = new LayeredRoot(below);
                Fd root = Fd.open(layer.toString(), O_RDONLY | O_DIRECTORY)) {
            for (String path : paths) {
                Optional<Stat> model = lower.stat(path).filter(Stat::isDirectory);
                if (model.isPresent()) {
                    try (Fd folder = At.open(root, path, how)) {
                        take(folder, model.get());
                    }
                }
            }
        }
    }

    private static void take(Fd folder, Stat model) throws ErrnoException {
        folder.chown(model.uid(), model.gid());
        folder.chmod(model.permissions());
        At.setTimes(folder, "", model.modifiedSeconds(), model.modifiedNanos());
    }
}
