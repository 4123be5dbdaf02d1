package io.crij.monitor;

import io.crij.linux.WindowSize;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.Shim;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Sets the size of a terminal that is a runtime's and not a descriptor of ours. A size that another one has overtaken
/// is left out; the last one wins.
final class TerminalSize implements Consumer<WindowSize> {
    private static final System.Logger LOG = System.getLogger(TerminalSize.class.getName());

    private final Shim shim;
    private final AtomicReference<@Nullable WindowSize> wanted = new AtomicReference<>();

    TerminalSize(Shim shim) {
        this.shim = shim;
    }

    /// Returns at once.
    @Override
    public void accept(WindowSize size) {
        wanted.set(size);
        Thread.ofVirtual().name("resize").start(this::set);
    }

    private synchronized void set() {
        @Nullable WindowSize size = wanted.getAndSet(null);
        if (size == null) {
            return;
        }
        try {
            shim.resize(size);
        } catch (OciException e) {
            LOG.log(System.Logger.Level.DEBUG, "a terminal keeps its size: " + e.getMessage());
        }
    }
}
