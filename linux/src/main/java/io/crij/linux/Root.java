package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_CREAT;
import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_EXCL;
import static io.crij.linux.abi.FileFlags.O_NOFOLLOW;
import static io.crij.linux.abi.FileFlags.O_PATH;
import static io.crij.linux.abi.FileFlags.O_RDONLY;
import static io.crij.linux.abi.FileFlags.O_WRONLY;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// A folder whose content is hostile, such as a container's root file system: paths below it are resolved by the
/// kernel as chroot would, so that symbolic links, `..` and absolute targets stay below it, and links of `/proc`
/// are refused (openat2 with RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS, kernel 5.6). Whoever has a descriptor has
/// what was resolved: nothing is looked up by name twice. Thread-safe; closing closes the folder's descriptor.
public final class Root implements AutoCloseable {
    private final Fd folder;

    /// Takes over a descriptor of the folder.
    public Root(Fd folder) {
        this.folder = folder;
    }

    /// Opens a folder of the host; its own path is trusted.
    public static Root open(String path) throws ErrnoException {
        return new Root(Fd.open(path, O_PATH | O_DIRECTORY));
    }

    /// The folder, `O_PATH` when it comes from [#open(String)]. Stays ours.
    public Fd folder() {
        return folder;
    }

    /// @param path as the container sees it, absolute or relative to the root
    /// @param flags `O_*` of [io.crij.linux.abi.FileFlags]
    public Fd open(String path, int flags) throws ErrnoException {
        return open(path, flags, 0);
    }

    /// As [#open(String, int)], with the permission bits of a file that is made.
    public Fd open(String path, int flags, int mode) throws ErrnoException {
        return At.open(folder, nonEmpty(path), new OpenHow(flags, mode, OpenHow.HOSTILE));
    }

    /// Follows links and opens what is there with `O_PATH`: for stat, chown, mounting on it.
    public Fd locate(String path) throws ErrnoException {
        return open(path, O_PATH);
    }

    /// What the path leads to, links followed; empty when there is nothing.
    public Optional<Stat> stat(String path) throws ErrnoException {
        try (Fd fd = locate(path)) {
            return Optional.of(fd.stat());
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /// The content of a regular file. Anything else is refused (`EINVAL`): reading a FIFO would wait for ever.
    ///
    /// @param limit bytes; more are an error (`EFBIG`)
    public byte[] read(String path, int limit) throws ErrnoException {
        try (Fd found = locate(path)) {
            if (!found.stat().isRegular()) {
                throw new ErrnoException("read", Errno.EINVAL, path + " (not a regular file)");
            }
            // the descriptor names what was checked; a second look-up by path could find something else
            try (Fd file = Fd.open(found.procPath(), O_RDONLY)) {
                return file.readAll(limit);
            }
        }
    }

    /// Makes an empty file for writing; fails with `EEXIST` when anything has that name.
    public Fd create(String path, int mode) throws ErrnoException {
        return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    }

    /// Opens a folder, making it and the folders on the way where missing. Links on the way are followed below the
    /// root; a dangling one is an error (`ENOENT`), not a place to make folders.
    ///
    /// @param mode of folders that are made (the JVM's umask applies)
    /// @return the folder, `O_PATH`
    public Fd mkdirs(String path, int mode) throws ErrnoException {
        Deque<String> missing = new ArrayDeque<>();
        String rest = clean(path);
        Fd at = nearest(rest, missing);
        while (!missing.isEmpty()) {
            String name = missing.pop();
            try (Fd parent = at) {
                at = descend(parent, name, path, mode);
            }
        }
        return at;
    }

    /// Opens the folder that a path's last name is in, made with [#mkdirs] when missing.
    public Fd mkdirsParent(String path, int mode) throws ErrnoException {
        return mkdirs(parentOf(clean(path)), mode);
    }

    /// Opens the folder that a path's last name is in; the name is given by [#nameOf].
    public Fd openParent(String path) throws ErrnoException {
        return open(parentOf(clean(path)), O_PATH | O_DIRECTORY);
    }

    /// The last name of a path: what to give to [At] with [#openParent].
    public static String nameOf(String path) {
        String clean = clean(path);
        return clean.substring(clean.lastIndexOf('/') + 1);
    }

    private Fd nearest(String path, Deque<String> missing) throws ErrnoException {
        String rest = path;
        while (true) {
            try {
                return open(rest, O_PATH | O_DIRECTORY);
            } catch (ErrnoException e) {
                if (e.errno() != Errno.ENOENT || rest.isEmpty() || nameOf(rest).equals("..")) {
                    throw e;
                }
            }
            missing.push(nameOf(rest));
            rest = parentOf(rest);
        }
    }

    private Fd descend(Fd parent, String name, String path, int mode) throws ErrnoException {
        if (name.equals("..")) {
            throw new ErrnoException("mkdir", Errno.ENOENT, path + " (a folder before '..' is missing)");
        }
        try {
            At.mkdir(parent, name, mode);
        } catch (ErrnoException e) {
            // EEXIST: somebody was faster, or a dangling link has the name, which the open below refuses
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
        return At.open(
                parent,
                name,
                new OpenHow(O_PATH | O_DIRECTORY | O_NOFOLLOW, io.crij.linux.abi.FileFlags.RESOLVE_NO_SYMLINKS));
    }

    /// Without empty names and `.`; without the slash at the begin.
    private static String clean(String path) {
        StringBuilder clean = new StringBuilder(path.length());
        for (String name : path.split("/", -1)) {
            if (!name.isEmpty() && !name.equals(".")) {
                clean.append(clean.isEmpty() ? "" : "/").append(name);
            }
        }
        return clean.toString();
    }

    private static String parentOf(String clean) {
        int slash = clean.lastIndexOf('/');
        return slash < 0 ? "" : clean.substring(0, slash);
    }

    private static String nonEmpty(String path) {
        return path.isEmpty() ? "." : path;
    }

    @Override
    public void close() {
        folder.close();
    }
}
