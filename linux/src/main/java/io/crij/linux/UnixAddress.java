package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_PATH;

import org.jspecify.annotations.Nullable;

/// A `struct sockaddr_un`. A path longer than its 107 bytes is given through a descriptor of the folder.
final class UnixAddress implements AutoCloseable {
    private static final int MOST = 107;

    private final Scratch memory = Scratch.take();
    private final @Nullable Fd folder;
    private final long pointer;
    private final int length;

    private UnixAddress(@Nullable Fd folder, String path) throws ErrnoException {
        this.folder = folder;
        byte[] bytes = KernelString.encode(path);
        if (bytes.length > MOST) {
            throw new ErrnoException("socket address", Errno.ENAMETOOLONG, path + " (more than " + MOST + " bytes)");
        }
        pointer = memory.zeroed(112);
        memory.putShort(pointer, (short) UnixSocket.AF_UNIX);
        memory.copyIn(pointer + 2, bytes, 0, bytes.length);
        length = 2 + bytes.length + 1;
    }

    static UnixAddress of(String path) throws ErrnoException {
        int slash = path.lastIndexOf('/');
        if (KernelString.encode(path).length <= MOST || slash <= 0) {
            return new UnixAddress(null, path);
        }
        Fd folder = Fd.open(path.substring(0, slash), O_PATH | O_DIRECTORY);
        try {
            return new UnixAddress(folder, folder.procPath() + path.substring(slash));
        } catch (ErrnoException e) {
            folder.close();
            throw e;
        }
    }

    long pointer() {
        return pointer;
    }

    int length() {
        return length;
    }

    @Override
    public void close() {
        memory.close();
        if (folder != null) {
            folder.close();
        }
    }
}
