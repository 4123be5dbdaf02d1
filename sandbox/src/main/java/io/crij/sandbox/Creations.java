package io.crij.sandbox;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What is made under a name, once: an equal request joins the work or gets its result, another one is refused. The
/// work
/// runs on a thread of its own, so that it goes on when its caller goes away; what nobody has asked for again after a
/// while is undone. So a name is never left taken by something that no request was answered with.
final class Creations<T> {
    private final String what;
    private final Ids ids;
    private final Duration keep;
    private volatile Consumer<T> discard = _ -> {};
    private final Map<String, Creation> byName = new HashMap<>();

    @FunctionalInterface
    interface Work<T> {
        T make(String id) throws SandboxException, InterruptedException;
    }

    /// @param keep how long a result without a caller is kept
    Creations(String what, Ids ids, Duration keep) {
        this.what = what;
        this.ids = ids;
        this.keep = keep;
    }

    /// Set before the first [#make].
    ///
    /// @param undo of a result, which calls [#forget]
    void discardWith(Consumer<T> undo) {
        discard = undo;
    }

    /// Guarded by this [Creations].
    private final class Creation {
        private final String id;
        private final Object request;
        private int callers;
        private boolean claimed;
        private boolean discarded;
        private @Nullable T result;
        private @Nullable Throwable failure;

        private Creation(String id, Object request) {
            this.id = id;
            this.request = request;
        }

        private boolean done() {
            return result != null || failure != null;
        }
    }

    /// Does the work or joins it. Interrupting the caller leaves the work alone.
    T make(String name, Object request, Work<T> work) throws SandboxException, InterruptedException {
        Creation creation = join(name, request, work);
        synchronized (this) {
            try {
                while (!creation.done()) {
                    wait();
                }
                return claim(creation);
            } finally {
                creation.callers--;
                if (creation.callers == 0) {
                    expire(name, creation);
                }
            }
        }
    }

    private synchronized Creation join(String name, Object request, Work<T> work) throws SandboxException {
        var known = byName.get(name);
        if (known == null) {
            var creation = new Creation(ids.next(), request);
            byName.put(name, creation);
            Thread.ofVirtual().name(what + "-" + Ids.shortened(creation.id)).start(() -> work(name, creation, work));
            known = creation;
        } else if (!known.request.equals(request)) {
            throw new SandboxException.NameInUse(what, name, known.id);
        } else if (known.discarded) {
            throw new SandboxException.WrongState(
                    what + " " + known.id + " of the name " + name + " is being removed; try again");
        }
        known.callers++;
        return known;
    }

    private void work(String name, Creation creation, Work<T> work) {
        T result = null;
        Throwable failure = null;
        try {
            result = work.make(creation.id);
        } catch (SandboxException | RuntimeException | Error e) {
            failure = e;
        } catch (InterruptedException e) {
            failure = new SandboxException.Cancelled("making " + what + " " + name
                    + " was given up because its pod is being stopped; nothing is left of it");
        }
        synchronized (this) {
            creation.result = result;
            creation.failure = failure;
            if (failure != null) {
                byName.remove(name, creation);
            } else if (creation.callers == 0) {
                expire(name, creation);
            }
            notifyAll();
        }
    }

    private T claim(Creation creation) throws SandboxException {
        if (creation.result != null) {
            creation.claimed = true;
            return creation.result;
        }
        switch (creation.failure) {
            case SandboxException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> throw new IllegalStateException(creation.failure);
        }
    }

    /// Begins to wait for a retry when the work ended and nobody has its result.
    private void expire(String name, Creation creation) {
        T result = creation.result;
        if (result == null || creation.claimed) {
            return;
        }
        Thread.ofVirtual().name(what + "-unclaimed-" + name).start(() -> {
            try {
                Thread.sleep(keep);
            } catch (InterruptedException _) {
                return;
            }
            synchronized (this) {
                if (creation.claimed || creation.discarded || creation.callers > 0) {
                    return;
                }
                creation.discarded = true;
            }
            discard.accept(result);
        });
    }

    /// Takes a name for something that was made before this process began.
    synchronized void adopt(String name, String id, Object request, T made) {
        var creation = new Creation(id, request);
        creation.result = made;
        creation.claimed = true;
        byName.put(name, creation);
    }

    /// Frees the name of something that is gone.
    synchronized void forget(String name, String id) {
        var known = byName.get(name);
        if (known != null && known.id.equals(id) && known.done()) {
            byName.remove(name);
        }
    }
}
