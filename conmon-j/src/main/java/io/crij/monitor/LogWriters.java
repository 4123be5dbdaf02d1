package io.crij.monitor;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The threads that write log files: few, small, and elastic. A thread that hangs in a write (a dead disk, NFS) is
/// replaced, so that it stalls its own container only; when it comes back there is one too many and it ends. Idle
/// threads end after a minute and give their memory back. `lock` guards all state.
final class LogWriters implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LogWriters.class.getName());
    private static final int THREADS = 2;
    private static final long STACK_BYTES = 256 << 10;
    private static final Duration HANGS_AFTER = Duration.ofMillis(50);
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);
    private static final Duration IDLE = Duration.ofSeconds(60);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Queue<Task> queue = new ArrayDeque<>();
    private final List<Writer> writers = new ArrayList<>();
    private int idle;
    private boolean watched;
    private boolean closed;

    /// A piece of work of some milliseconds, if the disk answers.
    interface Task {
        void run(WriteBuffers buffers);
    }

    private final class Writer implements Runnable {
        /// When the task under way began ([System#nanoTime]), 0 without one.
        private volatile long since;

        @Override
        public void run() {
            try (WriteBuffers buffers = new WriteBuffers()) {
                for (Task task = next(this); task != null; task = next(this)) {
                    since = System.nanoTime() | 1;
                    runSafely(task, buffers);
                    since = 0;
                }
            }
        }

        boolean hangs(long now) {
            long began = since;
            return began != 0 && now - began > HANGS_AFTER.toNanos();
        }
    }

    void submit(Task task) {
        add(task, 0);
    }

    /// As [#submit], by a task that has just done a part of its work, as the last thing it does: the thread that runs
    /// it looks for the next task at once, so nobody is woken for this one.
    void again(Task task) {
        add(task, 1);
    }

    private void add(Task task, int takers) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            queue.add(task);
            if (queue.size() <= takers) {
                return;
            }
            if (idle >= queue.size() - takers) {
                work.signal();
            } else if (usable() < THREADS) {
                startWriter();
            } else {
                watchQueue();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Whether a task waits for a thread.
    boolean busy() {
        lock.lock();
        try {
            return !queue.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private static void runSafely(Task task, WriteBuffers buffers) {
        try {
            task.run(buffers);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "writing a container's log failed", e);
        }
    }

    private @Nullable Task next(Writer writer) {
        lock.lock();
        try {
            while (true) {
                if (closed || usable() > THREADS) {
                    writers.remove(writer);
                    // for the task that it has just put there itself
                    work.signal();
                    return null;
                }
                Task task = queue.poll();
                if (task != null) {
                    return task;
                }
                if (!awaitWork() && queue.isEmpty()) {
                    writers.remove(writer);
                    return null;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean awaitWork() {
        idle++;
        try {
            return work.await(IDLE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            return true; // nobody interrupts writers; whoever does finds them at work
        } finally {
            idle--;
        }
    }

    private int usable() {
        long now = System.nanoTime();
        return (int) writers.stream().filter(w -> !w.hangs(now)).count();
    }

    private void startWriter() {
        Writer writer = new Writer();
        writers.add(writer);
        Thread.ofPlatform().name("log-writer").daemon().stackSize(STACK_BYTES).start(writer);
    }

    /// Looks after the queue for as long as something waits in it; nothing runs while all is quiet.
    private void watchQueue() {
        if (!watched) {
            watched = true;
            Thread.ofVirtual().name("log-queue").start(this::replaceHanging);
        }
    }

    private void replaceHanging() {
        try {
            while (stillWaiting()) {
                Thread.sleep(LOOK_EVERY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean stillWaiting() {
        lock.lock();
        try {
            watched = !queue.isEmpty() && !closed;
            if (watched && usable() < THREADS) {
                startWriter();
            }
            return watched;
        } finally {
            lock.unlock();
        }
    }

    /// Lets the tasks under way end; those that wait are dropped: what they would have written stays in the pipes.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
