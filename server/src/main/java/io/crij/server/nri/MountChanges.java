package io.crij.server.nri;

import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;
import io.crij.server.nri.proto.Field;
import io.crij.server.nri.proto.Mount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Mounts that plugins want, or do not want.
final class MountChanges {
    private static final String GONE = "-";

    private final List<Mount> wanted;
    private final Owners owners;

    MountChanges(List<Mount> wanted, Owners owners) {
        this.wanted = wanted;
        this.owners = owners;
    }

    Spec applyTo(Spec spec) throws SandboxException {
        if (wanted.isEmpty()) {
            return spec;
        }
        var mounts = new ArrayList<>(spec.mounts());
        for (var message : wanted) {
            boolean gone = message.getDestination().startsWith(GONE);
            var destination = gone ? message.getDestination().substring(1) : message.getDestination();
            mounts.removeIf(known -> known.destination().equals(destination));
            if (!gone) {
                mounts.add(mount(message));
            }
        }
        // stable: only what would be covered by a later mount above it moves
        mounts.sort(Comparator.comparingInt(
                mount -> Path.of(mount.destination()).normalize().getNameCount()));
        var propagation = propagation(spec.linux().rootfsPropagation());
        return spec.with(s -> {
            s.mounts = mounts;
            s.linux = s.linux.with(l -> l.rootfsPropagation = propagation);
        });
    }

    private io.crij.oci.spec.Mount mount(Mount message) throws SandboxException {
        var path = message.getDestination();
        if (!path.startsWith("/") || Path.of(path).normalize().getNameCount() == 0) {
            throw new SandboxException.Refused("NRI plugin " + owners.named(Field.Mounts, path) + " wants a mount at \""
                    + path + "\"; a mount has an absolute path below the root");
        }
        var options = new ArrayList<>(message.getOptionsList());
        boolean binds = options.contains("bind") || options.contains("rbind");
        if (message.getType().equals("bind") && !binds) {
            options.addFirst("rbind");
        }
        return new io.crij.oci.spec.Mount(
                path,
                message.getType().isEmpty() && binds ? "bind" : message.getType(),
                message.getSource(),
                options,
                List.of(),
                List.of());
    }

    /// Mounts that travel need a root that lets them.
    private @Nullable String propagation(@Nullable String present) {
        boolean shared = anyHas("rshared", "shared");
        if (shared || "rshared".equals(present)) {
            return "rshared";
        }
        return anyHas("rslave", "slave") ? "rslave" : present;
    }

    private boolean anyHas(String... options) {
        var list = List.of(options);
        return wanted.stream()
                .filter(mount -> !mount.getDestination().startsWith(GONE))
                .anyMatch(mount -> mount.getOptionsList().stream().anyMatch(list::contains));
    }
}
