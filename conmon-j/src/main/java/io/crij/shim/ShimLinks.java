package io.crij.shim;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The connections to shims, one for each. Thread-safe.
final class ShimLinks implements AutoCloseable {
    /// Guarded by itself.
    private final Map<ShimAddress, ShimLink> open = new HashMap<>();

    private volatile boolean closed;

    /// That connections end says nothing of shims any more.
    boolean closed() {
        return closed;
    }

    /// The connection that is there, or a new one.
    ///
    /// @throws IOException when nobody serves there
    ShimLink get(ShimAddress address) throws IOException {
        synchronized (open) {
            @Nullable ShimLink known = open.get(address);
            if (known == null || known.ended()) {
                known = ShimLink.open(address, () -> forget(address));
                open.put(address, known);
            }
            return known;
        }
    }

    private void forget(ShimAddress address) {
        synchronized (open) {
            @Nullable ShimLink known = open.get(address);
            if (known != null && known.ended()) {
                open.remove(address);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        List<ShimLink> all;
        synchronized (open) {
            all = new ArrayList<>(open.values());
        }
        all.forEach(ShimLink::close);
    }
}
