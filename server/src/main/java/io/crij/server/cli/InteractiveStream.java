package io.crij.server.cli;

import io.crij.linux.ErrnoException;
import io.crij.linux.TerminalMode;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/// Joins this process's own streams, perhaps a real terminal, to a stream of a CRI server.
final class InteractiveStream {
    private static final int CTRL_P = 0x10;
    private static final int CTRL_Q = 0x11;

    private final boolean stdin;
    private final boolean tty;
    private final boolean detachable;
    private final StreamSocket.StatusText status = new StreamSocket.StatusText();
    private volatile boolean detached;

    /// @param detachable Ctrl-P Ctrl-Q at a terminal leaves the stream
    InteractiveStream(boolean stdin, boolean tty, boolean detachable) {
        this.stdin = stdin;
        this.tty = tty;
        this.detachable = detachable;
    }

    /// Fails when a terminal is wanted and there is none.
    static void requireTerminal(boolean tty) {
        if (tty && !Terminal.isStdin()) {
            throw new CliException(
                    ExitCode.USAGE,
                    "--tty needs a terminal as standard input; leave it out when input comes from a file");
        }
    }

    /// Runs until the server ends the stream; returns the exit code.
    int run(String url) {
        try {
            var mode = tty ? new TerminalMode(0) : null;
            try {
                return run(url, mode);
            } finally {
                if (mode != null) {
                    mode.close();
                }
            }
        } catch (ErrnoException e) {
            throw new CliException(ExitCode.FAILED, "Tried to use the terminal but " + e.getMessage(), e);
        } catch (IOException e) {
            throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    private int run(String url, @Nullable TerminalMode mode) throws IOException {
        // also when a signal ends this program
        var restoring = new Thread(() -> restore(mode));
        Runtime.getRuntime().addShutdownHook(restoring);
        try (var stream = StreamSocket.open(url, this::receive)) {
            if (mode != null) {
                mode.raw();
                sendSize(stream, mode);
                Signal.handle(new Signal("WINCH"), signal -> sendSize(stream, mode));
            }
            if (stdin) {
                Thread.ofPlatform().daemon().name("stdin").start(() -> type(stream));
            }
            stream.await();
        } finally {
            restore(mode);
            Runtime.getRuntime().removeShutdownHook(restoring);
        }
        return detached ? ExitCode.OK : status.exitCode();
    }

    private static void restore(@Nullable TerminalMode mode) {
        try {
            if (mode != null) {
                mode.restore();
            }
        } catch (ErrnoException e) {
            System.err.println("the terminal keeps its mode (try: reset): " + e.getMessage());
        }
    }

    private void receive(int channel, ByteBuffer bytes) {
        switch (channel) {
            case StreamSocket.STDOUT -> write(System.out, bytes);
            case StreamSocket.STDERR -> write(System.err, bytes);
            case StreamSocket.ERROR -> status.add(bytes);
            default -> {}
        }
    }

    private static void write(PrintStream target, ByteBuffer bytes) {
        byte[] piece = new byte[bytes.remaining()];
        bytes.get(piece);
        target.write(piece, 0, piece.length);
        target.flush();
    }

    private static void sendSize(StreamSocket stream, TerminalMode mode) {
        try {
            var size = mode.size();
            byte[] json = ("{\"Width\":" + size.columns() + ",\"Height\":" + size.rows() + "}")
                    .getBytes(StandardCharsets.UTF_8);
            stream.send(StreamSocket.RESIZE, json, json.length);
        } catch (IOException e) {
            // the stream is ending: that is said elsewhere
        }
    }

    private void type(StreamSocket stream) {
        byte[] typed = new byte[32 << 10];
        boolean escaped = false;
        try (var in = new FileInputStream(FileDescriptor.in)) {
            for (int count = in.read(typed); count >= 0; count = in.read(typed)) {
                for (int i = 0; detachable && tty && i < count; i++) {
                    if (escaped && typed[i] == CTRL_Q) {
                        detached = true;
                        stream.close();
                        return;
                    }
                    escaped = typed[i] == CTRL_P;
                }
                stream.send(StreamSocket.STDIN, typed, count);
            }
            stream.end(StreamSocket.STDIN);
        } catch (IOException e) {
            // the stream is ending: that is said elsewhere
        }
    }
}
