package io.crij.server.streaming;

import io.crij.linux.Fd;
import io.crij.linux.WindowSize;
import io.crij.monitor.MonitorException;
import io.crij.monitor.MonitorStream;
import java.util.Optional;

/// A process whose streams are ours, see [MonitorStream]. Closing ends an exec and detaches from a container.
public interface CommandProcess extends AutoCloseable {
    Optional<Fd> stdin();

    Optional<Fd> stdout();

    Optional<Fd> stderr();

    /// Empty with a terminal that is its runtime's, too.
    Optional<Fd> console();

    /// Sets the size of a terminal without [#console].
    void resize(WindowSize size);

    void closeInput();

    void onInputEnd(Runnable action);

    MonitorStream.End await() throws MonitorException, InterruptedException;

    @Override
    void close();

    /// The real one.
    record Monitored(MonitorStream stream) implements CommandProcess {
        @Override
        public Optional<Fd> stdin() {
            return stream.stdin();
        }

        @Override
        public Optional<Fd> stdout() {
            return stream.stdout();
        }

        @Override
        public Optional<Fd> stderr() {
            return stream.stderr();
        }

        @Override
        public Optional<Fd> console() {
            return stream.console();
        }

        @Override
        public void resize(WindowSize size) {
            stream.resize(size);
        }

        @Override
        public void closeInput() {
            stream.closeInput();
        }

        @Override
        public void onInputEnd(Runnable action) {
            stream.onInputEnd(action);
        }

        @Override
        public MonitorStream.End await() throws MonitorException, InterruptedException {
            return stream.await();
        }

        @Override
        public void close() {
            stream.close();
        }
    }
}
