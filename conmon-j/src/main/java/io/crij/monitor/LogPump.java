package io.crij.monitor;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Brings a container's output into its log file for as long as there is output.
///
/// At any time at most one thread of [LogWriters] runs a pump, so what only [#run] touches needs no lock. Everything
/// that touches the log file is a task of that thread, because a dead disk may hold it for ever.
final class LogPump implements LogWriters.Task {
    private static final System.Logger LOG = System.getLogger(LogPump.class.getName());

    /// Steps in one turn before others have theirs.
    private static final int STEPS = 4;

    private static final Duration LOOK_FOR_ROOM = Duration.ofSeconds(1);

    private final String container;
    private final LogWriters writers;
    private final PumpJournal journal;
    private final LogAppender appender;
    private final Attachments attachments;
    private final List<OutputSource> sources;
    private final Runnable onEnd;
    private final AtomicReference<Turn> turn = new AtomicReference<>(Turn.IDLE);
    private final Queue<LogWriters.Task> tasks = new ConcurrentLinkedQueue<>();
    private @Nullable Runnable whenDrained;
    private boolean endReported;
    private volatile boolean begun;
    private volatile boolean closed;

    private enum Turn {
        IDLE,
        QUEUED,
        RUNNING,
        RUNNING_AND_WANTED
    }

    /// @param onEnd called once when every source has ended and all of it is in the log; must not block
    LogPump(
            String container,
            LogWriters writers,
            PumpJournal journal,
            Attachments attachments,
            List<OutputSource> sources,
            Runnable onEnd) {
        this.container = container;
        this.writers = writers;
        this.journal = journal;
        this.attachments = attachments;
        this.appender = new LogAppender(container, journal, attachments, Clock.systemUTC());
        this.sources = List.copyOf(sources);
        this.onEnd = onEnd;
    }

    /// Opens the log file, finishes what a killed monitor broke off, and begins.
    ///
    /// @param path null: output is dropped
    void begin(Readiness readiness, @Nullable Path path, Duration atMost)
            throws MonitorException, InterruptedException {
        try {
            onWriter(atMost, "open the log file " + path, buffers -> {
                if (path != null) {
                    appender.switchTo(LogFile.open(path));
                }
                new BrokenStep(journal).finish(appender.log(), buffers);
            });
            begun = true;
            for (OutputSource source : sources) {
                source.watch(readiness, this::wake);
            }
        } catch (ErrnoException e) {
            throw new MonitorException(
                    MonitorException.Code.INTERNAL,
                    "Tried to watch the output of container " + container + " but " + e.getMessage(),
                    e);
        }
        wake();
    }

    /// Opens the log file anew; the new one is open when this returns. When that fails the old one stays.
    void reopen(Path path, Duration atMost) throws MonitorException, InterruptedException {
        onWriter(atMost, "open the log file " + path, buffers -> appender.switchTo(LogFile.open(path)));
    }

    /// Calls back once all that has been written by now is in the log, the unfinished line too. The call must not
    /// block.
    void drain(Runnable done) {
        tasks.add(buffers -> {
            sources.forEach(this::owe);
            whenDrained = done;
        });
        wake();
    }

    boolean ended() {
        return sources.stream().allMatch(OutputSource::ended);
    }

    /// Ends the pumping; does not wait for a write that hangs. The sources' descriptors may be closed afterwards.
    void close() {
        closed = true;
        sources.forEach(OutputSource::unwatch);
        tasks.add(buffers -> appender.close());
        wake();
    }

    private void owe(OutputSource source) {
        try {
            source.oweAvailable();
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.DEBUG, "output of container " + container + " cannot be measured", e);
        }
    }

    private interface Work {
        void run(WriteBuffers buffers) throws MonitorException, ErrnoException;
    }

    /// Does the work in this pump's next turn and waits for it, but not for ever.
    private void onWriter(Duration atMost, String what, Work work) throws MonitorException, InterruptedException {
        WriterCall call = new WriterCall(work);
        tasks.add(call);
        wake();
        call.await(atMost, container, what);
    }

    /// Lets the pump look again, as when an attached client has room.
    void wake() {
        Turn before = turn.getAndUpdate(now -> switch (now) {
            case IDLE, QUEUED -> Turn.QUEUED;
            case RUNNING, RUNNING_AND_WANTED -> Turn.RUNNING_AND_WANTED;
        });
        if (before == Turn.IDLE) {
            writers.submit(this);
        }
    }

    @Override
    public void run(WriteBuffers buffers) {
        turn.set(Turn.RUNNING);
        boolean more = false;
        try {
            for (LogWriters.Task task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run(buffers);
            }
            if (begun && !closed) {
                for (OutputSource source : sources) {
                    more |= pump(source, buffers);
                }
                finishDrain(buffers);
                settle();
                reportEnd();
            }
        } finally {
            if (more || !turn.compareAndSet(Turn.RUNNING, Turn.IDLE)) {
                turn.set(Turn.QUEUED);
                writers.again(this);
            }
        }
    }

    /// Returns true when there may be more at once.
    private boolean pump(OutputSource source, WriteBuffers buffers) {
        try {
            for (int i = 0; i < STEPS && source.ready(); i++) {
                if (!attachments.haveTaken(source.stream())) {
                    return false;
                }
                switch (appender.pump(source, buffers)) {
                    case OUTPUT -> {}
                    case NOTHING_YET -> {
                        if (writers.busy() || !source.pauseForMore()) {
                            source.quiet();
                        }
                    }
                    case THE_END -> {
                        source.end();
                        attachments.end(source.stream());
                    }
                }
            }
            return source.ready();
        } catch (ErrnoException e) {
            if (closed) {
                return false;
            }
            if (isFull(e.errno())) {
                waitForRoom(source, e);
                return false;
            }
            LOG.log(
                    System.Logger.Level.ERROR,
                    "the " + source.stream().title() + " of container " + container + " is not logged any more",
                    e);
            source.end();
            return false;
        }
    }

    private static boolean isFull(int errno) {
        return errno == Errno.ENOSPC || errno == Errno.ENOMEM || errno == Errno.EMFILE || errno == Errno.ENFILE;
    }

    /// The state folder is full, or the table of files: what the container writes stays in its pipe, and it waits
    /// when that is full.
    private void waitForRoom(OutputSource source, ErrnoException cause) {
        LOG.log(
                System.Logger.Level.WARNING,
                "the " + source.stream().title() + " of container " + container + " waits for room: "
                        + cause.getMessage());
        Thread.ofVirtual().name("room-" + container).start(() -> {
            LockSupport.parkNanos(LOOK_FOR_ROOM.toNanos());
            wake();
        });
    }

    private void settle() {
        try {
            appender.settle();
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.WARNING, "the journal of container " + container + " is behind", e);
        }
    }

    private void finishDrain(WriteBuffers buffers) {
        Runnable done = whenDrained;
        if (done == null || !sources.stream().allMatch(OutputSource::settled)) {
            return;
        }
        whenDrained = null;
        try {
            for (OutputSource source : sources) {
                appender.flush(source.stream(), buffers);
            }
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.ERROR, "the last line of container " + container + " is not logged", e);
        }
        done.run();
    }

    private void reportEnd() {
        if (!endReported && ended()) {
            endReported = true;
            onEnd.run();
        }
    }

    /// A piece of work that somebody waits for.
    private static final class WriterCall implements LogWriters.Task {
        private final Work work;
        private volatile @Nullable WriteBuffers buffers;
        private final FutureTask<Boolean> future = new FutureTask<>(this::call);

        WriterCall(Work work) {
            this.work = work;
        }

        @Override
        public void run(WriteBuffers own) {
            buffers = own;
            future.run();
        }

        private boolean call() throws MonitorException, ErrnoException {
            WriteBuffers own = buffers;
            if (own != null) {
                work.run(own);
            }
            return true;
        }

        void await(Duration atMost, String container, String what) throws MonitorException, InterruptedException {
            try {
                future.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                future.cancel(false);
                throw new MonitorException(
                        MonitorException.Code.LOG_FAILED,
                        "Tried to " + what + " of container " + container + " but the disk did not answer within "
                                + atMost.toSeconds() + " s. Is it a dead network file system?",
                        e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof MonitorException known) {
                    throw known;
                }
                throw new MonitorException(
                        MonitorException.Code.LOG_FAILED,
                        "Tried to " + what + " of container " + container + " but " + e.getMessage(),
                        e);
            }
        }
    }
}
