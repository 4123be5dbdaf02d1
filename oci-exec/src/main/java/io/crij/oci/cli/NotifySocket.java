package io.crij.oci.cli;

import io.crij.oci.spec.Mount;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The socket that a service tells systemd through that it is ready (sd_notify(3)): the container's process gets it,
/// when this command has one. The unit needs `NotifyAccess=all`.
final class NotifySocket {
    private static final String INSIDE = "/run/notify/notify.sock";

    private NotifySocket() {}

    /// @param socket `NOTIFY_SOCKET`; one without a file cannot be shown in another mount namespace
    static Spec pass(Spec spec, @Nullable String socket) {
        var process = spec.process();
        if (socket == null
                || process == null
                || !Files.exists(Path.of(socket))
                || spec.linux().namespace(Namespace.Type.MOUNT).isEmpty()) {
            return spec;
        }
        return spec.with(s -> {
            s.mounts.add(Mount.bind(socket, INSIDE, "bind", "nosuid", "nodev", "noexec"));
            s.process = process.with(p -> {
                p.env.removeIf(variable -> variable.startsWith("NOTIFY_SOCKET="));
                p.env.add("NOTIFY_SOCKET=" + INSIDE);
            });
        });
    }
}
