package io.crij.server.streaming;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pty;
import io.crij.linux.WindowSize;
import io.crij.monitor.MonitorException;
import io.crij.monitor.MonitorStream;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries bytes between a process and its client until one of them ends. Its own thread waits for the process, one
/// virtual thread per stream copies; a buffer exists only while bytes are on their way.
final class RemoteCommand {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteCommand.class);
    private static final int BUFFER = 32 << 10;
    /// A terminal's last output comes through a queue of the kernel's, then its end.
    private static final Duration TERMINAL_END = Duration.ofSeconds(1);
    /// How long a client that was cut off may take for what it still gets.
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final Poller poller;
    private final CommandClient client;
    private final CommandProcess process;
    private final List<PolledFd> open = new ArrayList<>();
    private final List<Thread> outputs = new ArrayList<>();
    private @Nullable Thread input;
    private boolean over;

    RemoteCommand(Poller poller, CommandClient client, CommandProcess process) {
        this.poller = poller;
        this.client = client;
        this.process = process;
    }

    /// Returns when it is over and everything is closed; the process is closed first when the client goes.
    void run(StreamRequest.Wants wants, boolean attached) throws InterruptedException {
        var self = Thread.currentThread();
        client.link().onGone(() -> giveUp(self));
        try {
            connect(wants, attached);
            var end = process.await();
            drain(end.tooSlow());
            client.finish(outcome(end));
        } catch (ClientGone | InterruptedException e) {
            LOG.debug("a streaming client went before the end");
        } catch (MonitorException | ErrnoException e) {
            LOG.warn("a stream broke: {}", e.getMessage());
            fail(String.valueOf(e.getMessage()));
        } finally {
            close();
        }
    }

    private synchronized void giveUp(Thread self) {
        if (!over) {
            self.interrupt();
        }
    }

    private synchronized void end() {
        over = true;
        Thread.interrupted();
    }

    private void fail(String message) throws InterruptedException {
        try {
            client.finish(new Outcome.Failed(message));
        } catch (ClientGone e) {
            LOG.debug("nobody is there to be told", e);
        }
    }

    private static Outcome outcome(MonitorStream.End end) {
        return end.tooSlow()
                ? new Outcome.Failed("this client was cut off: it did not read the container's output in time")
                : new Outcome.Exited(end.exitCode());
    }

    private void connect(StreamRequest.Wants wants, boolean attached) throws ErrnoException {
        Optional<PolledFd> console = watch(process.console());
        var source = attached || console.isEmpty() ? watch(process.stdout()) : console;
        if (wants.stdout()) {
            source.ifPresent(fd -> copy(fd, CommandClient.Stream.STDOUT));
        }
        if (wants.stderr()) {
            watch(process.stderr()).ifPresent(fd -> copy(fd, CommandClient.Stream.STDERR));
        }
        if (console.isPresent()) {
            PolledFd master = console.get();
            client.onResize(size -> resize(master.fd(), size));
        } else if (wants.tty()) {
            client.onResize(process::resize);
        }
        var sink = console.isPresent() ? console : watch(process.stdin());
        if (wants.stdin() && sink.isPresent()) {
            PolledFd target = sink.get();
            boolean terminal = console.isPresent() || wants.tty();
            input = Thread.ofVirtual().name("stdin").start(() -> type(target, terminal));
            process.onInputEnd(() -> {
                client.refuseInput();
                target.close();
            });
        } else {
            client.refuseInput();
        }
    }

    private Optional<PolledFd> watch(Optional<Fd> fd) throws ErrnoException {
        if (fd.isEmpty()) {
            return Optional.empty();
        }
        var watched = poller.watch(fd.get());
        open.add(watched);
        return Optional.of(watched);
    }

    private void copy(PolledFd source, CommandClient.Stream stream) {
        outputs.add(Thread.ofVirtual().name(stream.name()).start(() -> {
            try {
                while (copyOnce(source, stream)) {
                    // until the end
                }
            } catch (ErrnoException e) {
                LOG.debug("{} of a process cannot be read any more", stream, e);
            } catch (ClientGone | InterruptedException e) {
                LOG.debug("{} has no reader any more", stream);
            }
        }));
    }

    private boolean copyOnce(PolledFd source, CommandClient.Stream stream)
            throws ErrnoException, ClientGone, InterruptedException {
        source.awaitReadable();
        ByteBuf bytes = client.link().channel().alloc().directBuffer(BUFFER, BUFFER);
        try {
            var got = source.tryRead(bytes.internalNioBuffer(0, BUFFER));
            if (got.isEmpty() || got.get() == 0) {
                return got.isEmpty();
            }
            client.output(stream, bytes.writerIndex(got.get()).retain());
            return true;
        } finally {
            bytes.release();
        }
    }

    private void type(PolledFd sink, boolean terminal) {
        try {
            for (ByteBuf bytes = client.input(); bytes != null; bytes = client.input()) {
                try {
                    sink.write(PortRelay.direct(bytes));
                } finally {
                    bytes.release();
                }
            }
            // a terminal has no end of input; who types it sends ^D
            if (!terminal) {
                sink.close();
                process.closeInput();
            }
        } catch (ErrnoException e) {
            LOG.debug("a process takes no input any more: {}", e.getMessage());
            client.refuseInput();
        } catch (InterruptedException e) {
            client.refuseInput();
        }
    }

    private void resize(Fd console, WindowSize size) {
        try {
            // the descriptor stays the stream's: the Pty must not be closed
            @SuppressWarnings("resource")
            var terminal = new Pty(console);
            terminal.resize(size);
        } catch (ErrnoException e) {
            LOG.debug("a terminal keeps its size: {}", e.getMessage());
        }
    }

    /// The process has ended: what it wrote goes out, what others write into its pipes later does not.
    private void drain(boolean tooSlow) throws InterruptedException {
        if (tooSlow) {
            for (var output : outputs) {
                output.join(LAST_WORDS);
            }
            return;
        }
        if (process.console().isPresent()) {
            for (var output : outputs) {
                output.join(TERMINAL_END);
            }
        }
        open.forEach(PolledFd::endWhenEmpty);
        for (var output : outputs) {
            output.join();
        }
    }

    private void close() throws InterruptedException {
        end();
        client.refuseInput();
        outputs.forEach(Thread::interrupt);
        if (input != null) {
            input.interrupt();
        }
        for (var output : outputs) {
            output.join();
        }
        if (input != null) {
            input.join();
        }
        open.forEach(PolledFd::close);
        process.close();
    }
}
