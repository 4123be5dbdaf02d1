package io.crij.sandbox;

import java.lang.System.Logger.Level;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// A record in memory and on disk. The lock guards the record and what subclasses add; under it the record's own file
/// is
/// written, nothing else is waited for. No other lock is taken while it is held.
abstract class Entry<R> {
    private static final System.Logger LOG = System.getLogger(Entry.class.getName());

    final ReentrantLock lock = new ReentrantLock();
    final Condition changed = lock.newCondition();
    private final String id;
    private final RecordFiles<R> files;
    private volatile R record;
    private volatile boolean visible;

    Entry(String id, R record, RecordFiles<R> files) {
        this.id = id;
        this.record = record;
        this.files = files;
    }

    final String id() {
        return id;
    }

    final R record() {
        return record;
    }

    /// Whether a request was answered with it.
    final boolean visible() {
        return visible;
    }

    /// @return true the first time
    final boolean show() {
        lock.lock();
        try {
            boolean first = !visible;
            visible = true;
            return first;
        } finally {
            lock.unlock();
        }
    }

    /// Changes the record in memory; the next [#update] writes it. For steps of work that a crash undoes anyway.
    final void change(UnaryOperator<R> change) {
        lock.lock();
        try {
            record = change.apply(record);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Changes the record; when it cannot be written nothing changes.
    final R update(UnaryOperator<R> change) throws SandboxException.StorageFailed {
        lock.lock();
        try {
            R next = change.apply(record);
            if (next != record) {
                files.write(id, next);
                record = next;
                changed.signalAll();
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /// Records a fact: what happened is known from now on also when it cannot be written; the next write has it.
    final R observe(UnaryOperator<R> change) {
        lock.lock();
        try {
            R next = change.apply(record);
            if (next != record) {
                record = next;
                changed.signalAll();
                files.write(id, next);
            }
            return next;
        } catch (SandboxException.StorageFailed e) {
            LOG.log(Level.ERROR, e.getMessage() + "; the change is known until the next restart");
            return record;
        } finally {
            lock.unlock();
        }
    }

    /// Waits for a state.
    ///
    /// @return false when the time was over
    final boolean await(Predicate<R> reached, java.time.Duration time) throws InterruptedException {
        long left = time.toNanos();
        lock.lockInterruptibly();
        try {
            while (!reached.test(record)) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    final void await(Predicate<R> reached) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!reached.test(record)) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }
}
