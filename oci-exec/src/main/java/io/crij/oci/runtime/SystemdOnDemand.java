package io.crij.oci.runtime;

import io.crij.linux.systemd.Systemd;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// systemd for the first container that is to be in a scope; where none is, nothing of it is loaded.
final class SystemdOnDemand implements Supplier<Systemd>, AutoCloseable {
    private @Nullable Systemd systemd;

    @Override
    public synchronized Systemd get() {
        if (systemd == null) {
            systemd = new Systemd();
        }
        return systemd;
    }

    @Override
    public synchronized void close() {
        if (systemd != null) {
            systemd.close();
        }
    }
}
