package io.crij.monitor;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pipe;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.Shim;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A shell script as the small parent: it holds the read ends of named pipes open, runs the command, records its exit
/// code in a file and waits to be let go. So it survives a monitor, as the real one does.
final class FakeShim implements Shim {
    static final String SCRIPT = """
            d=$1; shift
            exec 7<>$d/start 8<>$d/exited 9<>$d/quit 5<>$d/out 6<>$d/err
            ( exec 5>&- 6>&- 8>&- 9>&-; read x <&7; exec 7>&-; exec setsid "$@" ) >$d/out 2>$d/err </dev/null &
            pid=$!
            exec 3<$d/out 4<$d/err 5<>$d/outlog 6<>$d/errlog
            echo $pid >$d/pid.new; mv $d/pid.new $d/pid
            wait $pid; code=$?
            echo $code >$d/code.new; mv $d/code.new $d/code
            echo x >&8
            read x <&9
            """;

    private final Path folder;
    private final int pid;
    private final Fd out;
    private final Fd err;
    private final Fd outlog;
    private final Fd errlog;
    private final Fd exited;

    FakeShim(Path folder) throws IOException {
        this.folder = folder;
        this.pid = Integer.parseInt(Files.readString(folder.resolve("pid")).strip());
        this.out = fifo("out", FileFlags.O_RDONLY);
        this.err = fifo("err", FileFlags.O_RDONLY);
        this.outlog = fifo("outlog", FileFlags.O_RDWR);
        this.errlog = fifo("errlog", FileFlags.O_RDWR);
        this.exited = fifo("exited", FileFlags.O_RDONLY);
    }

    private Fd fifo(String name, int flags) throws ErrnoException {
        Fd fd = Fd.open(folder.resolve(name).toString(), flags | FileFlags.O_NONBLOCK);
        fd.nonBlocking(false);
        return fd;
    }

    @Override
    public int pid() {
        return pid;
    }

    @Override
    public Optional<Fd> stdin() {
        return Optional.empty();
    }

    @Override
    public Optional<Fd> stdout() {
        return Optional.of(out);
    }

    @Override
    public Optional<Fd> stderr() {
        return Optional.of(err);
    }

    @Override
    public Optional<Pipe> stdoutBacklog() {
        return Optional.of(new Pipe(outlog, outlog));
    }

    @Override
    public Optional<Pipe> stderrBacklog() {
        return Optional.of(new Pipe(errlog, errlog));
    }

    @Override
    public Optional<Fd> console() {
        return Optional.empty();
    }

    @Override
    public Fd exited() {
        return exited;
    }

    @Override
    public Optional<ExitStatus> exitStatus() {
        try {
            Path code = folder.resolve("code");
            return Files.exists(code)
                    ? Optional.of(new ExitStatus(
                            Integer.parseInt(Files.readString(code).strip()),
                            Files.getLastModifiedTime(code).toInstant()))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void closeStdin() {}

    @Override
    public void release() {
        try (Fd quit = fifo("quit", FileFlags.O_WRONLY)) {
            quit.write(new byte[] {'q', '\n'});
        } catch (ErrnoException e) {
            // the process may end between the open and the write
            if (e.errno() != Errno.ENXIO && e.errno() != Errno.ENOENT && e.errno() != Errno.EPIPE) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        out.close();
        err.close();
        outlog.close();
        errlog.close();
        exited.close();
    }
}
