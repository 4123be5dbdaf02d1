package io.crij.shim;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Our ends of an exec's pipes.
record ExecStreams(
        @Nullable Fd stdin, @Nullable Fd stdout, @Nullable Fd stderr) implements AutoCloseable {
    /// While both ends are held.
    static ExecStreams open(NamedPipes pipes) throws ErrnoException {
        List<Fd> opened = new ArrayList<>();
        try {
            return new ExecStreams(
                    open(opened, pipes.stdin(), FileFlags.O_WRONLY),
                    open(opened, pipes.stdout(), FileFlags.O_RDONLY),
                    open(opened, pipes.stderr(), FileFlags.O_RDONLY));
        } catch (ErrnoException e) {
            opened.forEach(Fd::close);
            throw e;
        }
    }

    private static @Nullable Fd open(List<Fd> opened, @Nullable Path pipe, int flags) throws ErrnoException {
        if (pipe == null) {
            return null;
        }
        Fd fd = Fd.open(pipe.toString(), flags);
        opened.add(fd);
        return fd;
    }

    @Override
    public void close() {
        for (@Nullable Fd fd : new @Nullable Fd[] {stdin, stdout, stderr}) {
            if (fd != null) {
                fd.close();
            }
        }
    }
}
