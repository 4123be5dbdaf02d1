package io.crij.monitor;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.WindowSize;
import io.crij.monitor.proto.CloseInput;
import io.crij.monitor.proto.Ended;
import io.crij.monitor.proto.Reply;
import io.crij.monitor.proto.Request;
import io.crij.monitor.proto.ResizeStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A process's streams in the caller's hands: an exec that runs, or a container that is attached to. It has a
/// connection
/// of its own. [#close] ends an exec that still runs (SIGHUP, then SIGKILL) and detaches from a container.
///
/// The descriptors are closed with the stream; who watches one with epoll ends the watch before. Thread-safe.
public final class MonitorStream implements AutoCloseable {
    private final Connection connection;
    private final Answers answers;
    private Map<Handover.Kind, Fd> descriptors = Map.of();

    /// How it ended.
    ///
    /// @param exitCode of an exec; 128 + signal when a signal ended it
    /// @param tooSlow an attached client was cut off because it did not read
    public record End(int exitCode, boolean tooSlow) {}

    private MonitorStream(Connection connection, Answers answers) {
        this.connection = connection;
        this.answers = answers;
    }

    static MonitorStream open(Path socket, String client, Function<String, Request.Builder> request)
            throws MonitorException, InterruptedException {
        Path folder = Objects.requireNonNull(socket.toAbsolutePath().getParent());
        Connection connection = Connection.open(socket, client);
        try (Handover handover = new Handover(folder)) {
            Answers answers = new Answers();
            MonitorStream stream = new MonitorStream(connection, answers);
            connection.post(request.apply(handover.path().toString()), answers);
            answers.begun.await();
            answers.failIfLost();
            stream.descriptors = handover.receive();
            return stream;
        } catch (ErrnoException e) {
            connection.close();
            throw new MonitorException(
                    MonitorException.Code.INTERNAL,
                    "Tried to listen for descriptors in " + folder + " but " + e.getMessage(),
                    e);
        } catch (IOException e) {
            connection.close();
            throw new MonitorException(
                    MonitorException.Code.INTERNAL,
                    "Tried to take the streams from the container monitor but " + e.getMessage(),
                    e);
        } catch (MonitorException | InterruptedException e) {
            connection.close();
            throw e;
        }
    }

    /// What the monitor says.
    private static final class Answers extends Pending {
        private final CountDownLatch begun = new CountDownLatch(1);
        private boolean inputEnded;
        private @Nullable Runnable onInputEnd;

        @Override
        void deliver(Reply reply) {
            if (reply.hasInputEnded()) {
                endInput();
            } else if (!reply.hasStreams()) {
                super.deliver(reply);
            }
            begun.countDown();
        }

        @Override
        void fail(MonitorException why) {
            super.fail(why);
            begun.countDown();
        }

        /// Streams and all its ends come in order: a failure that is there now came instead of them.
        void failIfLost() throws MonitorException, InterruptedException {
            if (await(java.time.Duration.ZERO)) {
                answer();
            }
        }

        private synchronized void endInput() {
            inputEnded = true;
            if (onInputEnd != null) {
                onInputEnd.run();
            }
        }

        private synchronized void onInputEnd(Runnable action) {
            onInputEnd = action;
            if (inputEnded) {
                action.run();
            }
        }
    }

    /// Write end of a pipe to the process's standard input.
    public Optional<Fd> stdin() {
        return Optional.ofNullable(descriptors.get(Handover.Kind.STDIN));
    }

    public Optional<Fd> stdout() {
        return Optional.ofNullable(descriptors.get(Handover.Kind.STDOUT));
    }

    public Optional<Fd> stderr() {
        return Optional.ofNullable(descriptors.get(Handover.Kind.STDERR));
    }

    /// Master of the process's terminal, unless that is its runtime's: of an exec for everything, of a container for
    /// input and size only.
    public Optional<Fd> console() {
        return Optional.ofNullable(descriptors.get(Handover.Kind.CONSOLE));
    }

    /// Says that the caller has no more input and has closed its descriptor. An exec's input ends, a container's when
    /// it
    /// was made so (`stdin_once`).
    public void closeInput() {
        connection.tell(
                Request.newBuilder().setCloseInput(CloseInput.newBuilder().setRequest(answers.id())));
    }

    /// Sets the size of a terminal of which there is no [#console] here.
    public void resize(WindowSize size) {
        connection.tell(Request.newBuilder()
                .setResizeStream(ResizeStream.newBuilder()
                        .setRequest(answers.id())
                        .setWidth(size.columns())
                        .setHeight(size.rows())));
    }

    /// Called once the container's input was closed for everybody: the caller closes its descriptor, on which others'
    /// end of input depends. Must not block.
    public void onInputEnd(Runnable action) {
        answers.onInputEnd(action);
    }

    /// Waits until the process, or the container, has ended.
    ///
    /// @throws MonitorException the monitor failed, or the connection to it broke
    public End await() throws MonitorException, InterruptedException {
        answers.await();
        Ended ended = answers.answer().getEnded();
        return new End(ended.getExitCode(), ended.getTooSlow());
    }

    @Override
    public void close() {
        connection.close();
        descriptors.values().forEach(Fd::close);
    }
}
