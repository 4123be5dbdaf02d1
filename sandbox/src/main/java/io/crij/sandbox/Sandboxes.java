package io.crij.sandbox;

import io.crij.monitor.MonitorClient;
import java.util.function.Consumer;

/// The pods and containers of a node: the object graph of this module. Build one, [#recover] once, use.
public final class Sandboxes implements AutoCloseable {
    /// @param listener hears of every change, see [SandboxEvent]
    public Sandboxes(
            SandboxSettings settings, MonitorClient monitor, RootfsStore rootfs, Consumer<SandboxEvent> listener) {
        throw new UnsupportedOperationException();
    }

    /// Reads the records, compares them with what the monitor has, repairs, gives back what nobody owns. Before it
    /// returns nothing else may be called.
    public void recover() throws SandboxException, InterruptedException {
        throw new UnsupportedOperationException();
    }

    public Pods pods() {
        throw new UnsupportedOperationException();
    }

    public Containers containers() {
        throw new UnsupportedOperationException();
    }

    /// Whether a usable CNI network is configured, and if not why.
    public NetworkCondition network() {
        throw new UnsupportedOperationException();
    }

    /// Stops threads of its own; pods and containers run on.
    @Override
    public void close() {}
}
