package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_WRONLY;

import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Makes moves of processes between cgroups of version 1 quick when they are needed.
///
/// A move takes a lock of the kernel against forks (`cgroup_threadgroup_rwsem`) that costs forks next to nothing. The
/// price is paid by whoever moves a process after a while without moves: it waits for a grace period of RCU, 8 ms where
/// this was measured (HZ=250), while a move within 10 ms of another one takes 0.1 ms. [#expect] lets that wait begin at
/// once and in the background, so that it passes while a request is still being prepared, and keeps the lock ready for
/// a
/// moment after, since the containers of a pod follow each other. What it does for that is a move of this process into
/// the cgroup that it is in already. On version 2 processes are born in their cgroup, and there is nothing to wait for.
///
/// Thread-safe. One platform thread of its own, which sleeps while nothing is expected.
public final class CgroupMoves implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(CgroupMoves.class.getName());
    private static final Duration READY = Duration.ofMillis(300);
    /// Below the grace period after which the kernel is no longer ready.
    private static final Duration INTERVAL = Duration.ofMillis(6);
    private static final byte[] SELF = "0".getBytes(StandardCharsets.US_ASCII);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wanted = lock.newCondition();
    private final Thread thread;
    /// Guarded by the lock, as is `closed`.
    private long until = System.nanoTime();

    private boolean closed;

    public CgroupMoves() {
        thread = Thread.ofPlatform().name("cgroup-moves").daemon().start(this::run);
    }

    /// A process is going to be moved soon. Returns at once.
    public void expect() {
        lock.lock();
        try {
            until = System.nanoTime() + READY.toNanos();
            wanted.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (awaitExpectation()) {
                var own = ownProcesses();
                while (own.isPresent() && expected()) {
                    move(own.get());
                    Thread.sleep(INTERVAL);
                }
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    /// False when closed.
    private boolean awaitExpectation() throws InterruptedException {
        lock.lock();
        try {
            while (!closed && until - System.nanoTime() <= 0) {
                wanted.await();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private boolean expected() {
        lock.lock();
        try {
            return !closed && until - System.nanoTime() > 0;
        } finally {
            lock.unlock();
        }
    }

    /// Asked every time: this process may be moved by others, and is not to be moved back.
    private Optional<String> ownProcesses() throws InterruptedException {
        try {
            var tree = CgroupTree.detect();
            if (tree.mode() != CgroupTree.Mode.V2) {
                return tree.hierarchies().stream()
                        .filter(hierarchy -> !hierarchy.unified())
                        .map(hierarchy -> hierarchy.ownFolder() + "/cgroup.procs")
                        .findFirst();
            }
        } catch (ErrnoException e) {
            LOG.log(Level.DEBUG, "the own cgroup is not known, so moves may take longer: {0}", e.getMessage());
        }
        // nothing to keep ready
        Thread.sleep(READY);
        return Optional.empty();
    }

    private static void move(String processes) throws InterruptedException {
        try (Fd file = Fd.open(processes, O_WRONLY)) {
            file.write(SELF);
        } catch (ErrnoException e) {
            LOG.log(Level.DEBUG, "moves may take longer: {0}", e.getMessage());
            Thread.sleep(READY);
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        thread.interrupt();
    }
}
