package io.crij.sandbox;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// A pod, and who is making containers in it: a stop lets no new ones in and waits for those that are inside, without
/// any lock held meanwhile.
final class PodEntry extends Entry<PodRecord> {
    private final Set<Thread> makers = new HashSet<>();

    PodEntry(PodRecord record, RecordFiles<PodRecord> files) {
        super(record.id(), record, files);
    }

    /// Lets the calling thread make or start a container until [#leave].
    void enter() throws SandboxException.WrongState {
        lock.lock();
        try {
            var pod = record();
            if (!pod.state().takesContainers()) {
                throw new SandboxException.WrongState(
                        "pod " + id() + " takes no containers: it is " + words(pod.state()) + "; start a new pod");
            }
            makers.add(Thread.currentThread());
        } finally {
            lock.unlock();
        }
    }

    void leave() {
        lock.lock();
        try {
            makers.remove(Thread.currentThread());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until nobody is inside. Who still is after `patience` is interrupted, which undoes the work.
    void awaitMakers(Duration patience) throws InterruptedException {
        long left = patience.toNanos();
        lock.lockInterruptibly();
        try {
            while (!makers.isEmpty() && left > 0) {
                left = changed.awaitNanos(left);
            }
            makers.forEach(Thread::interrupt);
            while (!makers.isEmpty()) {
                if (!changed.await(1, TimeUnit.MINUTES)) {
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    static String words(PodState state) {
        return switch (state) {
            case PodState.Creating _ -> "being made";
            case PodState.Ready _ -> "ready";
            case PodState.NotReady notReady -> "not ready (" + notReady.reason() + ")";
            case PodState.Removing _ -> "being removed";
        };
    }
}
