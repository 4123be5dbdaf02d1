package io.crij.linux;

import static io.crij.linux.abi.FileFlags.AT_FDCWD;

import io.crij.linux.abi.FileFlags;
import io.crij.linux.abi.Syscall;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/// An open file descriptor with one owner, close-on-exec from birth.
///
/// Thread-safe: [#close] is idempotent, and while another thread is inside a call the number is given back to the
/// kernel only when that call ends, so that it can never mean another file meanwhile. Closing does not wake a
/// thread that blocks in a read. Every method fails with [ErrnoException]; on a closed descriptor with `EBADF`. A
/// blocking call holds an operating system's thread: make it on a platform thread, or use [Epoll].
public final class Fd implements AutoCloseable {
    /// The current folder, as the folder argument of [At]. Only useful with absolute paths: the JVM's own folder
    /// means nothing.
    public static final Fd CWD = new Fd(AT_FDCWD);

    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int POLLIN = 1;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int F_SETPIPE_SZ = 1031;
    private static final int F_GETPIPE_SZ = 1032;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_GET_SEALS = 1034;
    private static final int SPLICE_F_NONBLOCK = 2;

    private static final int CLOSED = 1 << 31;
    private static final VarHandle USERS;

    static {
        try {
            USERS = MethodHandles.lookup().findVarHandle(Fd.class, "users", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int number;

    // calls under way, and the CLOSED bit; the one who brings it to exactly CLOSED closes the descriptor
    @SuppressWarnings("UnusedVariable")
    private volatile int users;

    Fd(int number) {
        this.number = number;
    }

    Fd(long number) {
        this((int) number);
    }

    /// Opens a path of the host. For paths that a container or image controls use [Root].
    ///
    /// @param flags of [FileFlags]; `O_CLOEXEC` is added
    public static Fd open(String path, int flags) throws ErrnoException {
        return At.open(CWD, path, flags, 0);
    }

    /// As [#open], making the file with `mode` when `O_CREAT` is set (the JVM's umask applies).
    public static Fd open(String path, int flags, int mode) throws ErrnoException {
        return At.open(CWD, path, flags, mode);
    }

    /// Takes over a descriptor number that this process inherited (such as socket activation's 3) or got from the
    /// kernel in another way. The caller must be its only owner.
    public static Fd adopt(int number) {
        return new Fd(number);
    }

    /// The number, only for handing it to a child: as data of a syscall program, in `/proc/<pid>/fd/<number>`.
    /// Valid while the caller keeps this descriptor open; never keep it, never close it, never make a call with
    /// it.
    public int number() {
        return number;
    }

    /// A path that leads to the same file from any thread of this process, while this is open.
    public String procPath() {
        return "/proc/self/fd/" + number;
    }

    public boolean isClosed() {
        return (int) USERS.getVolatile(this) < 0;
    }

    /// Another descriptor of the same open file.
    public Fd dup() throws ErrnoException {
        return dupAtLeast(0);
    }

    Fd dupAtLeast(int minimum) throws ErrnoException {
        return new Fd(Kernel.on(Syscall.FCNTL, this, F_DUPFD_CLOEXEC, minimum));
    }

    /// Reads at most `length` bytes. Returns 0 at the end of the file.
    public int read(byte[] target, int from, int length) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            int size = Math.min(length, Scratch.MOST);
            long at = memory.reserve(size);
            int got = (int) Kernel.retryOn(Syscall.READ, this, at, size, 0, 0);
            memory.copyOut(at, target, from, got);
            return got;
        }
    }

    public int read(byte[] target) throws ErrnoException {
        return read(target, 0, target.length);
    }

    /// Reads into a direct buffer, from its position to at most its limit, and moves the position. Returns 0 at
    /// the end of the file.
    public int read(ByteBuffer target) throws ErrnoException {
        int got = (int) Kernel.retryOn(Syscall.READ, this, address(target), target.remaining(), 0, 0);
        target.position(target.position() + got);
        return got;
    }

    /// Reads if that is possible without waiting; for a descriptor with [#nonBlocking]. Empty when there is
    /// nothing yet; 0 at the end of the file.
    public Optional<Integer> tryRead(ByteBuffer target) throws ErrnoException {
        long got = Kernel.attemptOn(Syscall.READ, this, address(target), target.remaining(), 0, 0);
        if (got == -Errno.EAGAIN || got == -Errno.EINTR) {
            return Optional.empty();
        }
        Kernel.check(got, Syscall.READ, this);
        target.position(target.position() + (int) got);
        return Optional.of((int) got);
    }

    /// Copies what this pipe holds to another pipe, at most `length` bytes, and leaves it here too (tee(2)). Does
    /// not wait. Empty when there is nothing yet or no room; 0 when there is nothing and no writer is left.
    public Optional<Integer> tryTee(Fd to, int length) throws ErrnoException {
        int target = to.acquire();
        try {
            long copied = Kernel.attemptOn(Syscall.TEE, this, target, length, SPLICE_F_NONBLOCK, 0);
            if (copied == -Errno.EAGAIN || copied == -Errno.EINTR) {
                return Optional.empty();
            }
            return Optional.of((int) Kernel.check(copied, Syscall.TEE, this));
        } finally {
            to.release();
        }
    }

    /// Moves what this pipe holds to a file, at the file's own offset, or to another pipe, at most `length` bytes
    /// (splice(2)). Does not wait for a pipe. What the call takes from the pipe is in the other one, also when it
    /// is killed in the middle of it. Empty when there is nothing yet, or no room in the other pipe; 0 when there
    /// is nothing and no writer is left.
    public Optional<Integer> trySplice(Fd to, int length) throws ErrnoException {
        long moved = Kernel.attemptSplice(this, to, length, SPLICE_F_NONBLOCK);
        if (moved == -Errno.EAGAIN || moved == -Errno.EINTR) {
            return Optional.empty();
        }
        return Optional.of((int) Kernel.check(moved, Syscall.SPLICE, to));
    }

    /// Writes all of it.
    public void write(byte[] source, int from, int length) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            int size = Math.min(length, Scratch.MOST);
            long at = memory.reserve(size);
            for (int done = 0; done < length; ) {
                int part = Math.min(size, length - done);
                memory.copyIn(at, source, from + done, part);
                done += (int) Kernel.retryOn(Syscall.WRITE, this, at, part, 0, 0);
            }
        }
    }

    public void write(byte[] source) throws ErrnoException {
        write(source, 0, source.length);
    }

    /// Writes what the kernel takes in one call from a direct buffer, and moves its position. Returns the number
    /// of bytes.
    public int write(ByteBuffer source) throws ErrnoException {
        int put = (int) Kernel.retryOn(Syscall.WRITE, this, address(source), source.remaining(), 0, 0);
        source.position(source.position() + put);
        return put;
    }

    /// Writes what the kernel takes in one call of what remains, and leaves that out of it.
    public void write(IoVector source) throws ErrnoException {
        source.writeTo(this);
    }

    /// Writes what fits without waiting; for a descriptor with [#nonBlocking]. Returns 0 when nothing fits.
    public int tryWrite(ByteBuffer source) throws ErrnoException {
        long put = Kernel.attemptOn(Syscall.WRITE, this, address(source), source.remaining(), 0, 0);
        if (put == -Errno.EAGAIN || put == -Errno.EINTR) {
            return 0;
        }
        Kernel.check(put, Syscall.WRITE, this);
        source.position(source.position() + (int) put);
        return (int) put;
    }

    /// Reads at an offset, without moving the file's own. Returns 0 at the end of the file.
    public int pread(byte[] target, int from, int length, long offset) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            int size = Math.min(length, Scratch.MOST);
            long at = memory.reserve(size);
            int got = (int) Kernel.retryOn(Syscall.PREAD64, this, at, size, offset, 0);
            memory.copyOut(at, target, from, got);
            return got;
        }
    }

    /// Reads into a direct buffer, from its position to at most its limit, at an offset, and moves the position.
    /// Returns 0 at the end of the file.
    public int pread(ByteBuffer target, long offset) throws ErrnoException {
        int got = (int) Kernel.retryOn(Syscall.PREAD64, this, address(target), target.remaining(), offset, 0);
        target.position(target.position() + got);
        return got;
    }

    /// Writes all of it at an offset.
    public void pwrite(byte[] source, int from, int length, long offset) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            int size = Math.min(length, Scratch.MOST);
            long at = memory.reserve(size);
            for (int done = 0; done < length; ) {
                int part = Math.min(size, length - done);
                memory.copyIn(at, source, from + done, part);
                done += (int) Kernel.retryOn(Syscall.PWRITE64, this, at, part, offset + done, 0);
            }
        }
    }

    /// All bytes from the current offset to the end.
    ///
    /// @param limit more bytes than this are an error (`EFBIG`), so that a hostile file cannot fill the heap
    public byte[] readAll(int limit) throws ErrnoException {
        byte[] bytes = new byte[Math.min(limit + 1, 4096)];
        for (int size = 0; ; ) {
            int got = read(bytes, size, bytes.length - size);
            size += got;
            if (got == 0) {
                return java.util.Arrays.copyOf(bytes, size);
            }
            if (size > limit) {
                throw new ErrnoException("read", Errno.EFBIG, this + " (more than " + limit + " bytes)");
            }
            if (size == bytes.length) {
                bytes = java.util.Arrays.copyOf(bytes, (int) Math.min(limit + 1L, size * 2L));
            }
        }
    }

    /// A stream over this descriptor; closing the stream closes the descriptor.
    public InputStream asInputStream() {
        return new FdInputStream(this);
    }

    /// A stream over this descriptor; closing the stream closes the descriptor. Unbuffered.
    public OutputStream asOutputStream() {
        return new FdOutputStream(this);
    }

    public long seek(long offset) throws ErrnoException {
        return Kernel.on(Syscall.LSEEK, this, offset, FileFlags.SEEK_SET);
    }

    /// Offset of the next byte at or after `offset` that is not in a hole; empty when there is none.
    public OptionalLong nextData(long offset) throws ErrnoException {
        return seekSparse(offset, FileFlags.SEEK_DATA);
    }

    /// Offset of the next hole at or after `offset`; the end of the file counts as one. Empty when `offset` is
    /// beyond the end.
    public OptionalLong nextHole(long offset) throws ErrnoException {
        return seekSparse(offset, FileFlags.SEEK_HOLE);
    }

    private OptionalLong seekSparse(long offset, int whence) throws ErrnoException {
        long found = Kernel.attemptOn(Syscall.LSEEK, this, offset, whence, 0, 0);
        return found == -Errno.ENXIO ? OptionalLong.empty() : OptionalLong.of(Kernel.check(found, Syscall.LSEEK, this));
    }

    public void fsync() throws ErrnoException {
        Kernel.on(Syscall.FSYNC, this, 0, 0);
    }

    public void fdatasync() throws ErrnoException {
        Kernel.on(Syscall.FDATASYNC, this, 0, 0);
    }

    /// Writes everything of the file system this file is on to its device.
    public void syncfs() throws ErrnoException {
        Kernel.on(Syscall.SYNCFS, this, 0, 0);
    }

    public void truncate(long size) throws ErrnoException {
        Kernel.on(Syscall.FTRUNCATE, this, size, 0);
    }

    /// @param mode 0 to reserve and grow, or `FALLOC_FL_*`
    public void allocate(int mode, long offset, long length) throws ErrnoException {
        Kernel.on(Syscall.FALLOCATE, this, this, mode, offset, length, 0);
    }

    /// Sets permission bits; works on an `O_PATH` descriptor too, except of a symbolic link.
    public void chmod(int mode) throws ErrnoException {
        long result = Kernel.attemptOn(Syscall.FCHMOD, this, mode, 0, 0, 0);
        if (result == -Errno.EBADF && !isClosed()) {
            At.chmod(CWD, procPath(), mode);
        } else {
            Kernel.check(result, Syscall.FCHMOD, this);
        }
    }

    /// Sets the owner; works on an `O_PATH` descriptor too, also of a symbolic link.
    public void chown(int uid, int gid) throws ErrnoException {
        At.chown(this, "", uid, gid);
    }

    public Stat stat() throws ErrnoException {
        return At.stat(this, "");
    }

    public StatFs statFs() throws ErrnoException {
        return StatFs.of(this);
    }

    /// Whether reads and writes return at once. Belongs to the open file, so to all duplicates of this descriptor.
    public void nonBlocking(boolean on) throws ErrnoException {
        int flags = (int) Kernel.on(Syscall.FCNTL, this, F_GETFL, 0);
        int wanted = on ? flags | FileFlags.O_NONBLOCK : flags & ~FileFlags.O_NONBLOCK;
        if (wanted != flags) {
            Kernel.on(Syscall.FCNTL, this, F_SETFL, wanted);
        }
    }

    /// Sets a pipe's capacity in bytes and returns what the kernel made of it.
    public int pipeCapacity(int bytes) throws ErrnoException {
        return (int) Kernel.on(Syscall.FCNTL, this, F_SETPIPE_SZ, bytes);
    }

    public int pipeCapacity() throws ErrnoException {
        return (int) Kernel.on(Syscall.FCNTL, this, F_GETPIPE_SZ, 0);
    }

    void addSeals(int seals) throws ErrnoException {
        Kernel.on(Syscall.FCNTL, this, F_ADD_SEALS, seals);
    }

    int seals() throws ErrnoException {
        return (int) Kernel.on(Syscall.FCNTL, this, F_GET_SEALS, 0);
    }

    /// Takes an advisory lock on the open file, exclusive, without waiting. Gone with the last descriptor of that
    /// open file.
    ///
    /// @return false when somebody else has it
    public boolean tryLock() throws ErrnoException {
        long result = Kernel.attemptOn(Syscall.FLOCK, this, 2 | 4, 0, 0, 0);
        if (result == -Errno.EAGAIN) {
            return false;
        }
        Kernel.check(result, Syscall.FLOCK, this);
        return true;
    }

    /// Bytes that can be read now (FIONREAD): of a pipe, socket, terminal or inotify.
    public int available() throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            long count = memory.zeroed(8);
            Kernel.on(Syscall.IOCTL, this, 0x541B, count);
            return memory.intAt(count);
        }
    }

    /// Waits on the calling thread until something can be read or the other side has closed (ppoll(2)): for a moment
    /// only, since a virtual thread holds its carrier meanwhile. Takes no notice of an interrupt.
    ///
    /// @return false when the time was over before
    public boolean awaitReadable(Duration atMost) throws ErrnoException {
        int number = acquire();
        try (Scratch memory = Scratch.take()) {
            long poll = memory.zeroed(8);
            memory.putInt(poll, number);
            memory.putInt(poll + 4, POLLIN);
            long time = memory.reserve(16);
            memory.putLong(time, atMost.toSeconds());
            memory.putLong(time + 8, atMost.toNanosPart());
            long ready = Kernel.attempt(Syscall.PPOLL, poll, 1, time, 0, 0);
            return ready != -Errno.EINTR && Kernel.check(ready, Syscall.PPOLL, this) > 0;
        } finally {
            release();
        }
    }

    /// Begins a call: until [#release] the number stays this file's.
    int acquire() throws ErrnoException {
        while (true) {
            int now = users;
            if (now < 0) {
                throw new ErrnoException("use", Errno.EBADF, this + " (closed already)");
            }
            if (USERS.compareAndSet(this, now, now + 1)) {
                return number;
            }
        }
    }

    void release() {
        if ((int) USERS.getAndAdd(this, -1) == (CLOSED | 1)) {
            closeNumber();
        }
    }

    @Override
    public void close() {
        if (number >= 0 && (int) USERS.getAndBitwiseOr(this, CLOSED) == 0) {
            closeNumber();
        }
    }

    private void closeNumber() {
        // the result says nothing useful: Linux frees the number whatever it is
        Kernel.attempt(Syscall.CLOSE, number, 0, 0, 0, 0);
    }

    private static long address(ByteBuffer direct) {
        if (!direct.isDirect()) {
            throw new IllegalArgumentException("needs a direct buffer");
        }
        return Kernel.address(direct);
    }

    @Override
    public String toString() {
        return number == AT_FDCWD ? "current folder" : "fd " + number;
    }
}
