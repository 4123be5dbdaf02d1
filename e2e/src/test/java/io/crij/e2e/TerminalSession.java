package io.crij.e2e;

import io.crij.linux.ChildExit;
import io.crij.linux.Epoll;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pty;
import io.crij.linux.Spawn;
import io.crij.linux.WindowSize;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A program at a pseudo terminal of its own, where it leads the foreground: what is typed is as from a keyboard,
/// Ctrl-C
/// included.
final class TerminalSession implements AutoCloseable {
    static final String CTRL_C = "\u0003";
    static final String CTRL_P_CTRL_Q = "\u0010\u0011";
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration SOON = Duration.ofSeconds(60);

    private final Pty pty;
    /// Held so that the terminal keeps its mode when the program has gone.
    private final Fd peer;
    private final int pid;
    private final FutureTask<ChildExit> end;
    private final StringBuilder shown = new StringBuilder();
    private final Thread reader;
    private int searched;
    private volatile boolean closed;

    /// @param command the first word is looked for in PATH
    TerminalSession(WindowSize size, List<String> command) throws ErrnoException {
        pty = Pty.open();
        peer = pty.peer();
        pty.resize(size);
        var words = new ArrayList<>(List.of("setsid", "--ctty", "--wait"));
        words.addAll(command);
        pid = new Spawn("/usr/bin/setsid")
                .arguments(words)
                .environment(List.of("PATH=" + System.getenv("PATH"), "TERM=dumb", "HOME=/root"))
                .descriptor(0, peer)
                .descriptor(1, peer)
                .descriptor(2, peer)
                .start();
        end = new FutureTask<>(() -> ChildExit.await(pid));
        Thread.ofPlatform().daemon().name("wait-" + pid).start(end);
        reader = Thread.ofPlatform().daemon().name("screen-" + pid).start(this::read);
    }

    private void read() {
        var bytes = new byte[4096];
        try (var epoll = new Epoll()) {
            epoll.add(pty.master(), Epoll.IN, 0);
            while (!closed) {
                if (epoll.await(LOOK, (_, _) -> {}) > 0) {
                    int count = pty.master().read(bytes);
                    synchronized (shown) {
                        shown.append(new String(bytes, 0, Math.max(0, count), StandardCharsets.UTF_8));
                    }
                }
            }
        } catch (ErrnoException e) {
            // the terminal has gone
        }
    }

    void type(String text) {
        try {
            pty.master().write(text.getBytes(StandardCharsets.UTF_8));
        } catch (ErrnoException e) {
            throw new UncheckedIOException(e);
        }
    }

    void resize(WindowSize size) throws ErrnoException {
        pty.resize(size);
    }

    /// Waits for something on the screen, after what was waited for before.
    void await(String text) {
        Waiting.until(
                "\"" + text + "\" is shown",
                SOON,
                () -> {
                    synchronized (shown) {
                        int at = shown.indexOf(text, searched);
                        searched = at < 0 ? searched : at + text.length();
                        return at >= 0;
                    }
                },
                this::screen);
    }

    String screen() {
        synchronized (shown) {
            return "The screen:\n" + shown;
        }
    }

    /// Mode of the terminal in the words of stty(1).
    String mode() throws ErrnoException {
        return Shell.must("stty", "-F", "/dev/pts/" + pty.number(), "-a");
    }

    int exitCode() {
        try {
            return end.get(SOON.toSeconds() * Integer.getInteger("crij.patience", 1), TimeUnit.SECONDS)
                    .shellCode();
        } catch (TimeoutException e) {
            throw new AssertionError("the program does not end. " + screen(), e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (!end.isDone()) {
            ProcessHandle.of(pid).ifPresent(handle -> {
                handle.descendants().forEach(ProcessHandle::destroyForcibly);
                handle.destroyForcibly();
            });
            exitCode();
        }
        closed = true;
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        peer.close();
        pty.close();
    }
}
