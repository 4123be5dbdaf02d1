package io.crij.shim;

import io.crij.linux.At;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The named pipes of a process that a shim runs: the shim opens them by their names, some with the create, some with
/// the start. Until then both ends are held open here, or else to open one would wait for the other, and the reader
/// would take a pipe without a writer for the end of the output.
///
/// @param stdin null: it reads nothing
/// @param stdout null: it has no streams at all
/// @param stderr null: all its output comes through `stdout`
record NamedPipes(
        @Nullable Path stdin,
        @Nullable Path stdout,
        @Nullable Path stderr) {
    private static final String IN = ".in";
    private static final String OUT = ".out";
    private static final String ERR = ".err";

    /// @param folder of the container
    /// @param name of the process, of which their names begin
    static NamedPipes of(Path folder, String name, Streams streams) {
        Path in = folder.resolve(name + IN);
        Path out = folder.resolve(name + OUT);
        Path err = folder.resolve(name + ERR);
        return new NamedPipes(
                streams.stdin() ? in : null,
                streams.any() ? out : null,
                streams.any() && !streams.terminal() ? err : null);
    }

    static NamedPipes none() {
        return new NamedPipes(null, null, null);
    }

    /// Both ends of each, for as long as they must not close.
    record Held(List<Fd> ends) implements AutoCloseable {
        static final Held NOTHING = new Held(List.of());

        @Override
        public void close() {
            ends.forEach(Fd::close);
        }
    }

    void make() throws ErrnoException {
        for (Path pipe : all()) {
            At.mknod(Fd.CWD, pipe.toString(), FileFlags.S_IFIFO | 0600, 0);
        }
    }

    Held hold() throws ErrnoException {
        List<Fd> ends = new ArrayList<>();
        try {
            for (Path pipe : all()) {
                ends.add(Fd.open(pipe.toString(), FileFlags.O_RDWR));
            }
            return new Held(ends);
        } catch (ErrnoException e) {
            ends.forEach(Fd::close);
            throw e;
        }
    }

    void remove() throws ErrnoException {
        for (Path pipe : all()) {
            try {
                At.unlink(Fd.CWD, pipe.toString());
            } catch (ErrnoException e) {
                if (e.errno() != Errno.ENOENT) {
                    throw e;
                }
            }
        }
    }

    private List<Path> all() {
        List<Path> all = new ArrayList<>();
        for (@Nullable Path pipe : new @Nullable Path[] {stdin, stdout, stderr}) {
            if (pipe != null) {
                all.add(pipe);
            }
        }
        return all;
    }

    /// As a shim is told; empty: none.
    static String name(@Nullable Path pipe) {
        return pipe == null ? "" : pipe.toString();
    }

    /// Names of processes that have left some behind.
    static List<String> left(Path folder, String beginning) throws IOException {
        try (var pipes = Files.newDirectoryStream(folder, beginning + "*" + OUT)) {
            List<String> names = new ArrayList<>();
            for (Path pipe : pipes) {
                String file = pipe.getFileName().toString();
                names.add(file.substring(0, file.length() - OUT.length()));
            }
            return names;
        }
    }
}
