package io.crij.image.layer;

import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_RDONLY;
import static io.crij.linux.abi.FileFlags.RESOLVE_BENEATH;
import static io.crij.linux.abi.FileFlags.RESOLVE_NO_SYMLINKS;
import static io.crij.linux.abi.FileFlags.RESOLVE_NO_XDEV;

import io.crij.linux.At;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.OpenHow;
import io.crij.linux.Stat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The folders of a layer that is being unpacked, opened strictly below its root: no symbolic link on the way is
/// ever
/// followed, by the kernel's promise (openat2 with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS). Keeps the last few
/// open.
/// Writing into a folder changes its time, so a folder gets the time back that it had when it was opened.
///
/// Not thread-safe.
final class Folders implements AutoCloseable {
    private static final int KEPT = 16;
    private static final int MOST_IMPLICIT = 1 << 16;
    private static final OpenHow HOW =
            new OpenHow(O_RDONLY | O_DIRECTORY, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);

    private final Fd root;
    private final Map<String, Open> open = new LinkedHashMap<>(32, 0.75f, true);
    private final Set<String> implicit = new LinkedHashSet<>();

    private static final class Open {
        final Fd fd;
        long seconds;
        int nanos;

        Open(Fd fd, Stat stat) {
            this.fd = fd;
            this.seconds = stat.modifiedSeconds();
            this.nanos = stat.modifiedNanos();
        }
    }

    /// @param root open for reading; stays the caller's
    Folders(Fd root) {
        this.root = root;
    }

    /// The folder, made with the folders on the way where missing. Stays ours: valid until the next call.
    Fd get(String path) throws ErrnoException, UnsafeEntry {
        Open known = open.get(path);
        if (known != null) {
            return known.fd;
        }
        Fd fd;
        try {
            fd = At.open(root, path.isEmpty() ? "." : path, HOW);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
            fd = make(path);
        }
        return keep(path, fd);
    }

    private Fd make(String path) throws ErrnoException, UnsafeEntry {
        int slash = path.lastIndexOf('/');
        Fd parent = get(slash < 0 ? "" : path.substring(0, slash));
        if (implicit.size() >= MOST_IMPLICIT) {
            throw new UnsafeEntry("needs more than " + MOST_IMPLICIT + " folders that the layer does not hold");
        }
        implicit.add(path);
        At.mkdir(parent, path.substring(slash + 1), 0755);
        return At.open(parent, path.substring(slash + 1), HOW);
    }

    private Fd keep(String path, Fd fd) throws ErrnoException {
        Open opened;
        try {
            opened = new Open(fd, fd.stat());
        } catch (ErrnoException e) {
            fd.close();
            throw e;
        }
        open.put(path, opened);
        if (open.size() > KEPT) {
            Iterator<Open> oldest = open.values().iterator();
            Open gone = oldest.next();
            oldest.remove();
            release(gone);
        }
        return fd;
    }

    private static void release(Open folder) throws ErrnoException {
        try (Fd fd = folder.fd) {
            At.setTimes(fd, "", folder.seconds, folder.nanos);
        }
    }

    /// Notes the time that the layer gives a folder; it is not implicit any more.
    void setTime(String path, Fd fd, long seconds, int nanos) throws ErrnoException {
        Open known = open.get(path);
        if (known != null) {
            known.seconds = seconds;
            known.nanos = nanos;
        }
        At.setTimes(fd, "", seconds, nanos);
    }

    /// The layer has an entry for a folder that had to be made before.
    void described(String path) {
        implicit.remove(path);
    }

    /// Forgets a folder that is about to be removed, with all below it.
    void removed(String path) {
        implicit.removeIf(it -> isBelow(it, path));
        open.entrySet().removeIf(it -> {
            boolean below = isBelow(it.getKey(), path);
            if (below) {
                it.getValue().fd.close();
            }
            return below;
        });
    }

    private static boolean isBelow(String path, String folder) {
        return path.startsWith(folder) && (path.length() == folder.length() || path.charAt(folder.length()) == '/');
    }

    /// Gives all folders their time.
    void finish() throws ErrnoException {
        for (Open folder : open.values()) {
            release(folder);
        }
        open.clear();
    }

    /// Folders that had to be made although the layer has no entry for them, parents first.
    List<String> implicit() {
        return List.copyOf(implicit);
    }

    @Override
    public void close() {
        open.values().forEach(folder -> folder.fd.close());
        open.clear();
    }
}
