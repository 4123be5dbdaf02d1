package io.crij.linux;

import static io.crij.linux.abi.MountFlags.FSCONFIG_CMD_CREATE;
import static io.crij.linux.abi.MountFlags.FSCONFIG_SET_FD;
import static io.crij.linux.abi.MountFlags.FSCONFIG_SET_FLAG;
import static io.crij.linux.abi.MountFlags.FSCONFIG_SET_STRING;
import static io.crij.linux.abi.MountFlags.FSMOUNT_CLOEXEC;
import static io.crij.linux.abi.MountFlags.FSOPEN_CLOEXEC;

import io.crij.linux.abi.Syscall;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// A file system being configured before it is mounted: fsopen(2), fsconfig(2), fsmount(2), kernel 5.2. Its errors
/// carry what the kernel wrote to the context's log.
public final class FileSystemContext implements AutoCloseable {
    private final String type;
    private final Fd fd;

    /// @param type such as `overlay`; fails with `ENODEV` when the kernel has none of that name
    public FileSystemContext(String type) throws ErrnoException {
        this.type = type;
        try (Scratch memory = Scratch.take()) {
            fd = new Fd(Kernel.call(Syscall.FSOPEN, type, memory.string(type), FSOPEN_CLOEXEC, 0));
        }
    }

    public void setFlag(String key) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            configure(key, FSCONFIG_SET_FLAG, memory.string(key), 0, 0);
        }
    }

    /// @param value up to 255 bytes
    public void set(String key, String value) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            configure(key + "=" + value, FSCONFIG_SET_STRING, memory.string(key), memory.string(value), 0);
        }
    }

    /// Gives a parameter as an open file; overlay's layers since kernel 6.13.
    public void set(String key, Fd value) throws ErrnoException {
        int number = value.acquire();
        try (Scratch memory = Scratch.take()) {
            configure(key + "=" + value, FSCONFIG_SET_FD, memory.string(key), 0, number);
        } finally {
            value.release();
        }
    }

    /// Ends the configuration: the file system comes to be.
    public void create() throws ErrnoException {
        configure("create", FSCONFIG_CMD_CREATE, 0, 0, 0);
    }

    /// A detached mount of it, for [Mounts#move].
    ///
    /// @param attributes `MOUNT_ATTR_*`
    public Fd mount(long attributes) throws ErrnoException {
        long result = Kernel.attemptOn(Syscall.FSMOUNT, fd, FSMOUNT_CLOEXEC, attributes, 0, 0);
        return new Fd(check(result, Syscall.FSMOUNT, ""));
    }

    private void configure(String about, int command, long key, long value, int aux) throws ErrnoException {
        check(Kernel.attemptOn(Syscall.FSCONFIG, fd, command, key, value, aux), Syscall.FSCONFIG, about);
    }

    private long check(long result, Syscall call, String about) throws ErrnoException {
        if (result < 0) {
            throw new ErrnoException(call.title(), (int) -result, (type + " " + about + log()).strip());
        }
        return result;
    }

    /// What the kernel says of the failure, a message per read; nothing in kernels and file systems that do not
    /// use it.
    private String log() throws ErrnoException {
        StringBuilder text = new StringBuilder();
        ByteBuffer message = ByteBuffer.allocateDirect(1024);
        for (int i = 0; i < 8; i++) {
            long size = Kernel.attemptOn(Syscall.READ, fd, Kernel.address(message), message.capacity(), 0, 0);
            if (size <= 0) {
                break;
            }
            byte[] bytes = new byte[(int) size];
            message.get(0, bytes);
            text.append(text.isEmpty() ? " (" : "; ").append(new String(bytes, StandardCharsets.UTF_8).strip());
        }
        return text.isEmpty() ? "" : text.append(')').toString();
    }

    @Override
    public void close() {
        fd.close();
    }
}
