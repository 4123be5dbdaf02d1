package io.crij.image.layer;

import io.crij.image.Digest;
import io.crij.image.ImageException;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import java.nio.file.Path;

/// An entry of a layer could not be unpacked; [#explained] says why in the words of the package.
final class EntryFailed extends Exception {
    private static final long serialVersionUID = 1;

    private final String entry;

    EntryFailed(String entry, UnsafeEntry cause) {
        super(cause);
        this.entry = entry;
    }

    EntryFailed(String entry, ErrnoException cause) {
        super(cause);
        this.entry = entry;
    }

    ImageException explained(Digest layer, Path folder) {
        Throwable cause = java.util.Objects.requireNonNull(getCause());
        String name = shortened();
        if (!(cause instanceof ErrnoException failed)) {
            return new ImageException.UnsafeLayer(layer, name, String.valueOf(cause.getMessage()));
        }
        return switch (failed.errno()) {
            case Errno.ENOSPC, Errno.EDQUOT ->
                new ImageException.NoSpace(folder, "\"" + name + "\" of layer " + layer, failed);
            case Errno.ELOOP -> new ImageException.UnsafeLayer(layer, name, "goes through a symbolic link");
            case Errno.ENOTDIR ->
                new ImageException.UnsafeLayer(layer, name, "goes through something that is no folder");
            case Errno.ENAMETOOLONG ->
                new ImageException.UnsafeLayer(layer, name, "has a name that is too long for the file system");
            case Errno.EINVAL, Errno.EILSEQ, Errno.ENOENT, Errno.EXDEV, Errno.EMLINK, Errno.ERANGE, Errno.E2BIG ->
                new ImageException.UnsafeLayer(
                        layer, name, "is nothing the file system can hold (" + failed.getMessage() + ")");
            default -> new ImageException.StoreFailed(folder, "unpack \"" + name + "\" of layer " + layer, failed);
        };
    }

    /// Names come from outside: cut, and without characters that would disturb a terminal.
    private String shortened() {
        String cut = entry.length() > 200 ? entry.substring(0, 200) + "…" : entry;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }
}
