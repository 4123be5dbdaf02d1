package io.crij.oci.program;

import static io.crij.linux.abi.FileFlags.O_CREAT;
import static io.crij.linux.abi.FileFlags.O_EXCL;
import static io.crij.linux.abi.FileFlags.O_WRONLY;
import static io.crij.linux.abi.MountFlags.MOUNT_ATTR_RDONLY;

import io.crij.linux.At;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Memfd;
import io.crij.linux.Mounts;
import io.crij.linux.Spawn;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The executable `init` (about 1 KB, `init.c`), held open so that it can be started any number of times. It is a
/// sealed memfd: a container that gets hold of it through `/proc/<pid>/exe` cannot change it (CVE-2019-5736).
/// Thread-safe.
public final class Init implements AutoCloseable {
    private final Path folder;
    private @Nullable Fd executable;
    private boolean closed;

    /// @param folder for a copy where `vm.memfd_noexec` forbids to execute memfds: it is made there, opened through a
    ///     read-only mount that nobody else sees, and removed
    public Init(Path folder) {
        this.folder = folder;
    }

    /// Opens it, which is done with the first start otherwise.
    ///
    /// @throws FileNotFoundException when this build has no `init` for this architecture
    public synchronized Fd executable() throws IOException {
        @Nullable Fd open = executable;
        if (closed && open == null) {
            throw new IllegalStateException("init is closed");
        }
        if (open == null) {
            open = open(folder);
            executable = open;
        }
        return open;
    }

    private static Fd open(Path folder) throws IOException {
        byte[] elf = elf(Arch.host());
        Fd memfd;
        try {
            memfd = Memfd.createExecutable("crij-init");
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EACCES) {
                throw e;
            }
            return readOnlyCopy(elf, folder);
        }
        try {
            memfd.write(elf);
            Memfd.seal(memfd);
        } catch (ErrnoException e) {
            memfd.close();
            throw e;
        }
        return memfd;
    }

    private Fd ready() throws ErrnoException {
        try {
            return executable();
        } catch (ErrnoException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] elf(Arch arch) throws IOException {
        String name = "init-" + arch.machine();
        try (InputStream in = Init.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new FileNotFoundException("this build of oci-exec has no " + name
                        + ": it was made without a C compiler for that architecture; install one and build again");
            }
            return in.readAllBytes();
        }
    }

    static Fd readOnlyCopy(byte[] elf, Path folder) throws ErrnoException {
        String path =
                folder.resolve(".init-" + Long.toHexString(System.nanoTime())).toString();
        try (Fd file = Fd.open(path, O_WRONLY | O_CREAT | O_EXCL, 0500)) {
            file.write(elf);
        }
        try {
            Fd mount = Mounts.openTree(Fd.CWD, path, true, false);
            Mounts.setAttributes(mount, "", false, MOUNT_ATTR_RDONLY, 0, 0);
            return mount;
        } finally {
            At.unlink(Fd.CWD, path);
        }
    }

    /// Starts a program as a child of this process.
    ///
    /// @param name of the process, as `ps` shows it
    /// @param descriptors of the child, by number
    /// @param at number that the program's own descriptor gets, which the program closes when it likes
    /// @return the pid; the child is to be reaped
    public int start(Program program, String name, Map<Integer, Fd> descriptors, int at) throws ErrnoException {
        try (Fd file = Memfd.sealed("crij-program", program.image())) {
            var spawn = new Spawn(ready()).arguments(List.of(name, Integer.toString(at)));
            descriptors.forEach(spawn::descriptor);
            return spawn.descriptor(at, file).start();
        }
    }

    /// Starts a process whose program is still being made, as a child of this process; see [Begun].
    ///
    /// @param name of the process, as `ps` shows it
    /// @param descriptors of the child, by number; open until [Begun#pid] has returned
    /// @param at number that the program's own descriptor gets, which the program closes when it likes
    /// @param control number of a pipe's end for reading that the child has
    /// @param whole the other end
    public Begun begin(String name, Map<Integer, Fd> descriptors, int at, int control, Fd whole) throws ErrnoException {
        var file = Memfd.create("crij-program");
        var spawn = new Spawn(ready()).arguments(List.of(name, Integer.toString(at), Integer.toString(control)));
        descriptors.forEach(spawn::descriptor);
        return new Begun(spawn.descriptor(at, file), file, whole);
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (executable != null) {
            executable.close();
        }
    }
}
