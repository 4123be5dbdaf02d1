package io.crij.monitor;

import io.crij.oci.runtime.OciRuntime;
import io.crij.oci.runtime.Shim;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A container in the monitor's memory. Two locks, taken in this order: `verbs` serialises what clients ask for
/// (start, pause, delete; a kill needs no turn), `facts` guards changes of the record, so that events are published in
/// the order of the changes.
final class LiveContainer {
    final ReentrantLock verbs = new ReentrantLock();
    final ReentrantLock facts = new ReentrantLock();
    /// Down once the exit is recorded.
    final CountDownLatch stopped = new CountDownLatch(1);

    /// Down once all output is in the log.
    final CountDownLatch written = new CountDownLatch(1);

    final Attachments attachments = new Attachments();

    private final OciRuntime runtime;
    private volatile ContainerRecord record;
    private boolean removed;
    private volatile @Nullable Shim shim;
    private volatile @Nullable LogPump pump;
    private volatile Readiness.@Nullable Watch exitWatch;

    LiveContainer(OciRuntime runtime, ContainerRecord record) {
        this.runtime = runtime;
        this.record = record;
        if (record.stopped()) {
            stopped.countDown();
            attachments.end();
        }
    }

    String id() {
        return record.id();
    }

    OciRuntime runtime() {
        return runtime;
    }

    ContainerRecord record() {
        return record;
    }

    /// Whether it was deleted: its record must not come back. Only while `facts` is held.
    boolean removed() {
        return removed;
    }

    /// Only while `facts` is held.
    void markRemoved() {
        removed = true;
    }

    /// Only while `facts` is held.
    void become(ContainerRecord next) {
        record = next;
    }

    @Nullable
    Shim shim() {
        return shim;
    }

    void shim(Shim taken) {
        shim = taken;
    }

    @Nullable
    LogPump pump() {
        return pump;
    }

    void pump(LogPump begun) {
        pump = begun;
    }

    Readiness.@Nullable Watch exitWatch() {
        return exitWatch;
    }

    void exitWatch(Readiness.Watch watch) {
        exitWatch = watch;
    }

    /// Whether everything it has written is in the log and nobody can write more.
    boolean outputEnded() {
        LogPump p = pump;
        return p == null || p.ended();
    }

    /// Gives all descriptors back; the shim, if it lives, goes on.
    void letGo() {
        attachments.end();
        Readiness.Watch watch = exitWatch;
        if (watch != null) {
            watch.close();
        }
        LogPump p = pump;
        if (p != null) {
            p.close();
        }
        Shim s = shim;
        if (s != null) {
            s.close();
        }
    }
}
