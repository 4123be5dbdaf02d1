package io.crij.linux;

import io.crij.linux.abi.Syscall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// Changes of files and folders (inotify(7)).
public final class Inotify implements AutoCloseable {
    public static final int MODIFY = 0x2;
    public static final int ATTRIB = 0x4;
    public static final int CLOSE_WRITE = 0x8;
    public static final int MOVED_FROM = 0x40;
    public static final int MOVED_TO = 0x80;
    public static final int CREATE = 0x100;
    public static final int DELETE = 0x200;
    public static final int DELETE_SELF = 0x400;
    public static final int MOVE_SELF = 0x800;
    public static final int Q_OVERFLOW = 0x4000;
    public static final int IGNORED = 0x8000;

    private static final int NONBLOCK_CLOEXEC = 0x800 | 0x80000;
    private static final int HEADER = 16;

    private final Fd fd;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(16 * 1024).order(ByteOrder.nativeOrder());

    public Inotify() throws ErrnoException {
        fd = new Fd(Kernel.call(Syscall.INOTIFY_INIT1, "new inotify", NONBLOCK_CLOEXEC, 0, 0));
    }

    /// @param watch the number [#watch] gave; -1 with [#Q_OVERFLOW]
    /// @param name of the entry of a watched folder, else empty
    public record Event(int watch, int mask, String name) {}

    /// For [Epoll#add]; stays ours.
    public Fd fd() {
        return fd;
    }

    /// @return number of the watch; the same for a file that is watched already
    public int watch(String path, int mask) throws ErrnoException {
        try (Scratch memory = Scratch.take()) {
            return (int) Kernel.on(Syscall.INOTIFY_ADD_WATCH, fd, path, memory.string(path), mask, 0, 0);
        }
    }

    public void unwatch(int watch) throws ErrnoException {
        Kernel.on(Syscall.INOTIFY_RM_WATCH, fd, watch, 0);
    }

    /// The events there are now; empty when there are none. Does not wait.
    public synchronized List<Event> poll() throws ErrnoException {
        buffer.clear();
        if (fd.tryRead(buffer).isEmpty()) {
            return List.of();
        }
        buffer.flip();
        List<Event> events = new ArrayList<>();
        while (buffer.remaining() >= HEADER) {
            int watch = buffer.getInt();
            int mask = buffer.getInt();
            buffer.getInt(); // the cookie that joins the two halves of a move
            byte[] name = new byte[buffer.getInt()];
            buffer.get(name);
            int end = 0;
            while (end < name.length && name[end] != 0) {
                end++;
            }
            events.add(new Event(watch, mask, KernelString.decode(java.util.Arrays.copyOf(name, end))));
        }
        return events;
    }

    @Override
    public void close() {
        fd.close();
    }
}
