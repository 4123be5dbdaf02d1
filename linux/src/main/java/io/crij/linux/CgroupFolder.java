package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_RDONLY;
import static io.crij.linux.abi.FileFlags.O_RDWR;
import static io.crij.linux.abi.FileFlags.O_WRONLY;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// One cgroup in one hierarchy, held open by its folder. Thread-safe.
public final class CgroupFolder implements AutoCloseable {
    private static final int LIMIT = 16 << 20;

    private final String path;
    private final Fd folder;

    private CgroupFolder(String path, Fd folder) {
        this.path = path;
        this.folder = folder;
    }

    /// @param path absolute, below the mount point of a hierarchy
    public static CgroupFolder open(String path) throws ErrnoException {
        return new CgroupFolder(path, Fd.open(path, O_RDONLY | O_DIRECTORY));
    }

    /// Makes the folders that are missing, then opens the last.
    public static CgroupFolder create(String path) throws ErrnoException {
        if (!made(path)) {
            create(path.substring(0, path.lastIndexOf('/'))).close();
            if (!made(path)) {
                throw new ErrnoException("mkdir", Errno.ENOENT, path);
            }
        }
        return open(path);
    }

    /// False when the folder above is missing.
    private static boolean made(String path) throws ErrnoException {
        try {
            At.mkdir(Fd.CWD, path, 0755);
            return true;
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT && path.lastIndexOf('/') > 0) {
                return false;
            }
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            return true;
        }
    }

    public String path() {
        return path;
    }

    /// For `CLONE_INTO_CGROUP` and [Bpf#attach]. Stays ours.
    public Fd folder() {
        return folder;
    }

    /// The content of a file, without the final line break.
    public String read(String file) throws ErrnoException {
        try (Fd fd = at(file, O_RDONLY)) {
            return KernelString.decode(fd.readAll(LIMIT)).stripTrailing();
        } catch (ErrnoException e) {
            throw about(e, file);
        }
    }

    /// As [#read]; empty when the kernel has no such file here.
    public Optional<String> tryRead(String file) throws ErrnoException {
        try {
            return Optional.of(read(file));
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENODEV || e.errno() == Errno.EOPNOTSUPP) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /// Writes in one call, as cgroup files want it.
    public void write(String file, String value) throws ErrnoException {
        try (Fd fd = at(file, O_WRONLY)) {
            fd.write(value.getBytes(StandardCharsets.UTF_8));
        } catch (ErrnoException e) {
            throw new ErrnoException(e.call(), e.errno(), "'" + value + "' to " + path + "/" + file);
        }
    }

    public boolean has(String file) throws ErrnoException {
        return At.exists(folder, file);
    }

    /// Opens a file to be read again and again with [Fd#pread] at offset 0, or watched.
    public Fd openFile(String file) throws ErrnoException {
        return at(file, O_RDONLY);
    }

    /// As [#openFile], for writing too.
    public Fd openFileForWriting(String file) throws ErrnoException {
        return at(file, O_RDWR);
    }

    /// Pids of the processes in this cgroup itself; 0 stands for one outside our pid namespace.
    public List<Integer> processes() throws ErrnoException {
        return read("cgroup.procs").lines().map(Integer::valueOf).toList();
    }

    /// Kills everything in this cgroup and below it (cgroup v2, kernel 5.14). Fails with `ENOENT` where the kernel
    /// has no `cgroup.kill`.
    public void kill() throws ErrnoException {
        write("cgroup.kill", "1");
    }

    /// The cgroups directly below.
    public List<String> children() throws ErrnoException {
        try (Fd fresh = Fd.open(folder.procPath(), O_RDONLY | O_DIRECTORY)) {
            return Directory.list(fresh).stream()
                    .filter(entry -> entry.type() == io.crij.linux.abi.FileFlags.S_IFDIR)
                    .map(Directory.Entry::name)
                    .toList();
        }
    }

    /// Removes an empty cgroup; what is gone already is fine. Fails with `EBUSY` while there are processes (a
    /// dying one counts) or cgroups below.
    public static void remove(String path) throws ErrnoException {
        try {
            At.rmdir(Fd.CWD, path);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENODEV) {
                throw e;
            }
        }
    }

    /// As [#remove], with the cgroups below, the deepest first. Most have none, so that is tried first.
    public static void removeTree(String path) throws ErrnoException {
        try {
            remove(path);
            return;
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EBUSY) {
                throw e;
            }
        }
        try (CgroupFolder folder = open(path)) {
            for (String child : folder.children()) {
                removeTree(path + "/" + child);
            }
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENODEV) {
                throw e;
            }
        }
        remove(path);
    }

    private Fd at(String file, int flags) throws ErrnoException {
        return At.open(folder, file, flags, 0);
    }

    private ErrnoException about(ErrnoException e, String file) {
        return new ErrnoException(e.call(), e.errno(), path + "/" + file);
    }

    @Override
    public void close() {
        folder.close();
    }

    @Override
    public String toString() {
        return path;
    }
}
