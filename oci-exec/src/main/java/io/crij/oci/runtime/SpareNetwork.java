package io.crij.oci.runtime;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.NetworkNamespace;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A network namespace that is there before the container that asks for one: the kernel takes a millisecond to make
/// one, more than for all the other kinds together, and clone3(2) would wait for it. One is made behind each that is
/// used; without containers none is kept. Thread-safe.
final class SpareNetwork implements AutoCloseable {
    private final Duration keep;
    private @Nullable Fd spare;
    /// Sleeps until nobody has taken it for long.
    private @Nullable Thread keeper;

    private boolean making;
    private boolean closed;

    /// @param keep how long one is kept that nobody takes; zero: none is made
    SpareNetwork(Duration keep) {
        this.keep = keep;
    }

    /// @return the caller's to close; empty when none is there yet
    synchronized Optional<Fd> take() {
        var taken = Optional.ofNullable(spare);
        spare = null;
        if (keeper != null) {
            keeper.interrupt();
            keeper = null;
        }
        return taken;
    }

    /// Another container may follow. Returns at once.
    synchronized void prepare() {
        if (!closed && !making && spare == null && keep.isPositive()) {
            making = true;
            Thread.ofVirtual().name("oci-network").start(this::make);
        }
    }

    private void make() {
        try {
            Fd made = NetworkNamespace.create();
            if (offer(made)) {
                Thread.sleep(keep);
                drop(made);
            }
        } catch (ErrnoException e) {
            Log.debug("no network namespace is made ahead", e);
            giveUp();
        } catch (InterruptedException e) {
            // it was taken
        }
    }

    /// False when nobody wants it any more.
    private synchronized boolean offer(Fd made) {
        making = false;
        if (closed) {
            made.close();
            return false;
        }
        spare = made;
        keeper = Thread.currentThread();
        return true;
    }

    private synchronized void giveUp() {
        making = false;
    }

    private synchronized void drop(Fd unused) {
        if (spare == unused) {
            spare = null;
            keeper = null;
            unused.close();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        take().ifPresent(Fd::close);
    }
}
