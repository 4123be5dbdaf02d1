package io.crij.sandbox;

import io.crij.monitor.MonitoredContainer;
import io.crij.oci.runtime.ContainerState;
import io.crij.oci.runtime.ExitStatus;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A container, the facts the monitor has told about it, and its stop, if one is under way.
final class ContainerEntry extends Entry<ContainerRecord> {
    private static final int LOST = 255;

    /// Held while limits are changed, so that each change sees what the one before has left.
    final ReentrantLock updating = new ReentrantLock();

    private boolean held;
    private @Nullable MonitoredContainer waiting;
    private @Nullable Stop stop;

    ContainerEntry(ContainerRecord record, RecordFiles<ContainerRecord> files) {
        super(record.id(), record, files);
    }

    /// A stop under way, guarded by the entry's lock.
    static final class Stop {
        private long deadline;
        private boolean over;
        private @Nullable SandboxException failure;

        private Stop(long deadline) {
            this.deadline = deadline;
        }
    }

    /// Keeps facts back while a create or start is under way, whose own outcome comes first.
    void hold() {
        lock.lock();
        try {
            held = true;
        } finally {
            lock.unlock();
        }
    }

    /// Lets the facts that came meanwhile in.
    ///
    /// @return whether the container has ended by them
    boolean release() {
        lock.lock();
        try {
            held = false;
            var facts = waiting;
            waiting = null;
            return facts != null && learn(facts);
        } finally {
            lock.unlock();
        }
    }

    boolean held() {
        lock.lock();
        try {
            return held;
        } finally {
            lock.unlock();
        }
    }

    /// Takes in what the monitor says.
    ///
    /// @return whether the container has ended by it
    boolean learn(MonitoredContainer facts) {
        lock.lock();
        try {
            if (held) {
                waiting = facts;
                return false;
            }
            boolean before = record().status().ended();
            observe(record -> {
                var next = after(record.status(), facts);
                return next == record.status() ? record : record.with(next);
            });
            return !before && record().status().ended();
        } finally {
            lock.unlock();
        }
    }

    /// The monitor knows nothing of it.
    ///
    /// @return whether that is how it ended
    boolean lost(String message) {
        lock.lock();
        try {
            var status = record().status();
            if (status.ended() || status instanceof ContainerStatus.Creating) {
                return false;
            }
            observe(record -> record.with(
                    new ContainerStatus.Exited(startedAt(status), Instant.now(), LOST, "Unknown", message)));
            return true;
        } finally {
            lock.unlock();
        }
    }

    private static ContainerStatus after(ContainerStatus now, MonitoredContainer facts) {
        if (now.ended() || now instanceof ContainerStatus.Creating) {
            return now;
        }
        var exit = facts.exit();
        if (facts.status() == ContainerState.Status.STOPPED && exit != null) {
            var started = facts.startedAt() != null ? facts.startedAt() : startedAt(now);
            return exited(started, exit, facts.oomKilled());
        }
        boolean runs =
                facts.status() == ContainerState.Status.RUNNING || facts.status() == ContainerState.Status.PAUSED;
        if (runs && !now.running()) {
            var started = facts.startedAt();
            return new ContainerStatus.Running(started == null ? Instant.now() : started, facts.pid());
        }
        return now;
    }

    private static ContainerStatus exited(@Nullable Instant startedAt, ExitStatus exit, boolean oomKilled) {
        String unseen = exit.unseen();
        if (unseen != null) {
            // a monitor of before the reason was told may still be the one that runs
            String why = unseen.isEmpty() ? "nobody saw the process end" : unseen;
            return new ContainerStatus.Exited(startedAt, exit.finishedAt(), LOST, "Unknown", why);
        }
        String reason = exit.code() == 0 ? "Completed" : oomKilled ? "OOMKilled" : "Error";
        return new ContainerStatus.Exited(startedAt, exit.finishedAt(), exit.code(), reason, "");
    }

    static @Nullable Instant startedAt(ContainerStatus status) {
        return switch (status) {
            case ContainerStatus.Running running -> running.startedAt();
            case ContainerStatus.Exited exited -> exited.startedAt();
            case ContainerStatus.Unknown unknown -> unknown.startedAt();
            case ContainerStatus.Creating _, ContainerStatus.Created _ -> null;
        };
    }

    /// Asks for an end by then; one that is under way is only ever shortened.
    ///
    /// @param deadline of System.nanoTime
    /// @return the stop that the caller must carry out, null when another does
    @Nullable
    Stop beginStop(long deadline) {
        lock.lock();
        try {
            if (stop == null) {
                stop = new Stop(deadline);
                return stop;
            }
            if (deadline - stop.deadline < 0) {
                stop.deadline = deadline;
                changed.signalAll();
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /// Waits for the end until the stop's deadline, which may come nearer meanwhile.
    boolean awaitEnd(Stop under) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!record().status().ended()) {
                long left = under.deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    void endStop(Stop ended, @Nullable SandboxException failure) {
        lock.lock();
        try {
            ended.over = true;
            ended.failure = failure;
            stop = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until the container has ended or the stop under way has failed.
    void awaitStopped() throws SandboxException, InterruptedException {
        lock.lockInterruptibly();
        try {
            var watched = stop;
            while (!record().status().ended()) {
                if (watched == null || watched.over) {
                    if (watched != null && watched.failure != null) {
                        throw watched.failure;
                    }
                    return;
                }
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }
}
