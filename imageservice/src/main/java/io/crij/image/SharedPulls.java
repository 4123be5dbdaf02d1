package io.crij.image;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// Makes equal pulls at the same time one pull. It runs on a thread of its own, so that a caller who gives up does
/// not
/// end it for the others; when the last one has given up it is cancelled, and that caller waits until it has
/// cleaned
/// up.
///
/// Thread-safe: the lock guards the map and the callers' count.
final class SharedPulls {
    /// Equal requests with different credentials are not equal: who may not pull must not get the other's image.
    record Key(Reference reference, Credentials credentials) {}

    /// The work itself; interrupted when nobody wants it any more.
    @FunctionalInterface
    interface Work {
        Image run(PullListener listener) throws ImageException, InterruptedException;
    }

    private final Object lock = new Object();
    private final Map<Key, Running> running = new HashMap<>();

    private static final class Running {
        final List<PullListener> listeners = new CopyOnWriteArrayList<>();
        final CountDownLatch ended = new CountDownLatch(1);
        int callers;

        @Nullable
        Thread thread;

        @Nullable
        Image image;

        @Nullable
        ImageException refused;

        @Nullable
        RuntimeException broken;

        void work(Work work) {
            try {
                image = work.run(progress -> listeners.forEach(it -> it.progress(progress)));
            } catch (ImageException e) {
                refused = e;
            } catch (InterruptedException e) {
                // the last caller left; one who comes now finds neither image nor failure and starts anew
            } catch (RuntimeException e) {
                broken = e;
            }
        }
    }

    Image pull(Key key, PullListener listener, Work work) throws ImageException, InterruptedException {
        while (true) {
            Running joined = join(key, listener, work);
            try {
                joined.ended.await();
            } catch (InterruptedException e) {
                leave(key, joined, listener);
                throw e;
            }
            if (joined.refused != null) {
                throw joined.refused;
            }
            if (joined.broken != null) {
                throw joined.broken;
            }
            if (joined.image != null) {
                return joined.image;
            }
            // it was being cancelled when we came: start anew
        }
    }

    /// How many wait for a pull now.
    int callers(Key key) {
        synchronized (lock) {
            Running known = running.get(key);
            return known == null ? 0 : known.callers;
        }
    }

    private Running join(Key key, PullListener listener, Work work) {
        synchronized (lock) {
            Running known = running.get(key);
            if (known == null) {
                Running started = new Running();
                running.put(key, started);
                started.thread = Thread.ofVirtual().name("pull").unstarted(() -> {
                    try {
                        started.work(work);
                    } finally {
                        // first this: who comes after the end must not get an old answer
                        synchronized (lock) {
                            running.remove(key, started);
                        }
                        started.ended.countDown();
                    }
                });
                known = started;
            }
            known.callers++;
            known.listeners.add(listener);
            if (known.thread != null && known.thread.getState() == Thread.State.NEW) {
                known.thread.start();
            }
            return known;
        }
    }

    private void leave(Key key, Running left, PullListener listener) {
        synchronized (lock) {
            left.listeners.remove(listener);
            if (--left.callers > 0) {
                return;
            }
            running.remove(key, left);
            if (left.thread != null) {
                left.thread.interrupt();
            }
        }
        boolean again = false;
        while (true) {
            try {
                left.ended.await();
                break;
            } catch (InterruptedException e) {
                again = true;
            }
        }
        if (again) {
            Thread.currentThread().interrupt();
        }
    }
}
