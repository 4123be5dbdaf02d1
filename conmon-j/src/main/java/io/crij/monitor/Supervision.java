package io.crij.monitor;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pipe;
import io.crij.monitor.proto.Event;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.Shim;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Watches over a container's process: its output goes to the log, its end is recorded, told, and acknowledged to the
/// shim.
final class Supervision {
    private static final System.Logger LOG = System.getLogger(Supervision.class.getName());
    private static final Duration OPEN_LOG = Duration.ofSeconds(10);

    /// How long output that is still in the pipes may hold up the exit event.
    private static final Duration DRAIN = Duration.ofSeconds(1);

    private final Containers containers;
    private final RecordFolder folder;
    private final Readiness readiness;
    private final LogWriters writers;
    private final OomCounter oom;

    Supervision(Containers containers, RecordFolder folder, Readiness readiness, LogWriters writers, OomCounter oom) {
        this.containers = containers;
        this.folder = folder;
        this.readiness = readiness;
        this.writers = writers;
        this.oom = oom;
    }

    /// Begins, for a new container or for one whose monitor was killed. The container owns the shim from here on, also
    /// when this fails.
    void begin(LiveContainer container, Shim shim) throws MonitorException, InterruptedException {
        container.shim(shim);
        oom.begin(container.record());
        String logPath = container.record().logPath();
        try {
            List<OutputSource> sources = sources(shim);
            if (!sources.isEmpty()) {
                PumpJournal journal = PumpJournal.open(folder.journal(container.id()), backlogs(shim));
                LogPump pump = new LogPump(container.id(), writers, journal, container.attachments, sources, () -> {
                    container.written.countDown();
                    acknowledgeLater(container);
                });
                container.pump(pump);
                pump.begin(readiness, logPath.isEmpty() ? null : Path.of(logPath), OPEN_LOG);
            }
            watchExit(container, shim);
        } catch (ErrnoException e) {
            throw new MonitorException(
                    MonitorException.Code.INTERNAL,
                    "Tried to watch over container " + container.id() + " but " + e.getMessage(),
                    e);
        }
    }

    void watchExit(LiveContainer container, Shim shim) throws ErrnoException {
        // held, so that a shim that speaks at once finds the watch there
        container.facts.lock();
        try {
            container.exitWatch(readiness.watch(
                    shim.exited(),
                    () -> Thread.ofVirtual().name("exit-" + container.id()).start(() -> exited(container))));
        } finally {
            container.facts.unlock();
        }
    }

    /// The exit was not observed: shim and monitor were both gone.
    void lost(LiveContainer container) {
        record(container, ExitStatus.unseen("nobody saw the process end: its shim and the monitor were gone"));
    }

    private static List<OutputSource> sources(Shim shim) {
        List<OutputSource> sources = new ArrayList<>();
        shim.stdout().ifPresent(fd -> sources.add(new OutputSource(fd, LogStream.STDOUT, false)));
        shim.stderr().ifPresent(fd -> sources.add(new OutputSource(fd, LogStream.STDERR, false)));
        shim.console().ifPresent((Fd fd) -> sources.add(new OutputSource(fd, LogStream.STDOUT, true)));
        return sources;
    }

    private static Map<LogStream, Pipe> backlogs(Shim shim) {
        Map<LogStream, Pipe> pipes = new EnumMap<>(LogStream.class);
        shim.stdoutBacklog().ifPresent(pipe -> pipes.put(LogStream.STDOUT, pipe));
        shim.stderrBacklog().ifPresent(pipe -> pipes.put(LogStream.STDERR, pipe));
        return pipes;
    }

    private void exited(LiveContainer container) {
        Shim shim = container.shim();
        if (shim == null || container.record().stopped()) {
            return;
        }
        var status = shim.exitStatus();
        if (status.isEmpty()) {
            container.facts.lock();
            try {
                rearm(container.exitWatch());
            } finally {
                container.facts.unlock();
            }
            return;
        }
        drain(container, shim);
        record(container, status.get());
        acknowledge(container);
    }

    private static void rearm(Readiness.@Nullable Watch watch) {
        try {
            if (watch != null) {
                watch.rearm();
            }
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.ERROR, "the exit of a container cannot be watched any more", e);
        }
    }

    /// What the process had written before its end goes to the log first; others that keep the pipe open, or a dead
    /// disk, do not hold the exit up for long.
    private static void drain(LiveContainer container, Shim shim) {
        LogPump pump = container.pump();
        if (pump == null) {
            return;
        }
        try {
            // what another program brings may not be in the pipe yet, but then comes the end of the pipe
            if (shim.relayed() && container.written.await(DRAIN.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
            CountDownLatch drained = new CountDownLatch(1);
            pump.drain(drained::countDown);
            if (!drained.await(DRAIN.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "the log is behind: a container's exit is told before its last output is written");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void record(LiveContainer container, ExitStatus status) {
        Shim shim = container.shim();
        boolean killedForMemory =
                oom.killed(container.record(), containers.all()) || (shim != null && shim.killedForMemory());
        container.facts.lock();
        try {
            if (container.record().stopped()) {
                return;
            }
            if (killedForMemory && !container.record().oomKilled()) {
                containers.change(container, ContainerRecord::withOom, Event.Type.OOM);
            }
            containers.change(container, record -> record.exited(status), Event.Type.EXITED);
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "Tried to record the exit of container " + container.id() + " but " + e.getMessage(),
                    e);
        } finally {
            container.facts.unlock();
            container.attachments.end();
            container.stopped.countDown();
        }
    }

    private void acknowledgeLater(LiveContainer container) {
        Thread.ofVirtual().name("ack-" + container.id()).start(() -> acknowledge(container));
    }

    /// Lets the shim go once exit status and output are both safe.
    private void acknowledge(LiveContainer container) {
        Shim shim = container.shim();
        container.facts.lock();
        try {
            ContainerRecord record = container.record();
            if (shim == null || !record.stopped() || record.acknowledged() || !container.outputEnded()) {
                return;
            }
            shim.release();
            containers.change(container, ContainerRecord::withAcknowledged, null);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the record of container " + container.id() + " is behind", e);
        } finally {
            container.facts.unlock();
        }
    }
}
