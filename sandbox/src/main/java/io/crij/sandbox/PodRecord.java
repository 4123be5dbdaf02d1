package io.crij.sandbox;

import java.nio.file.Path;
import java.time.Instant;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// All that is known of a pod; a value, replaced as a whole when something changes.
///
/// @param id 64 hexadecimal digits
/// @param handler the runtime handler as requested; empty is the default one
/// @param hostname what the pod's uts namespace says
/// @param cgroupParent cgroup path of the pod, such as `/kubepods/besteffort/podUID` or
///     `/kubepods.slice/kubepods-podUID.slice`; see [#cgroup]
/// @param cgroupParentMade the parent was not there before: it is removed with the last pod in it
public record PodRecord(
        int version,
        String id,
        PodConfig config,
        String handler,
        Instant createdAt,
        String hostname,
        String cgroupParent,
        PodPaths paths,
        PodState state,
        PodNetwork network,
        boolean cgroupParentMade) {
    /// Of the record's JSON form.
    public static final int VERSION = 1;

    public boolean ready() {
        return state instanceof PodState.Ready;
    }

    public OptionalInt pausePid() {
        return state instanceof PodState.Ready ready ? OptionalInt.of(ready.pausePid()) : OptionalInt.empty();
    }

    /// Cgroup of the pause process; containers' cgroups are its siblings.
    public String cgroup() {
        return CgroupPlaces.of(cgroupParent, id);
    }

    /// Folder under the log directory of the pod for a container's relative log path.
    public Path logPath(String relative) {
        return paths.logDirectory().resolve(relative);
    }

    PodRecord with(PodState next) {
        if (!state.canTurn(next)) {
            throw new IllegalStateException("pod " + id + " cannot turn from " + state + " to " + next);
        }
        return new PodRecord(
                version,
                id,
                config,
                handler,
                createdAt,
                hostname,
                cgroupParent,
                paths,
                next,
                network,
                cgroupParentMade);
    }

    PodRecord with(PodNetwork next) {
        return new PodRecord(
                version, id, config, handler, createdAt, hostname, cgroupParent, paths, state, next, cgroupParentMade);
    }

    PodRecord with(PodPaths next) {
        return new PodRecord(
                version,
                id,
                config,
                handler,
                createdAt,
                hostname,
                cgroupParent,
                next,
                state,
                network,
                cgroupParentMade);
    }

    PodRecord with(@Nullable ContainerResources overhead, @Nullable ContainerResources resources) {
        return new PodRecord(
                version,
                id,
                config.with(overhead, resources),
                handler,
                createdAt,
                hostname,
                cgroupParent,
                paths,
                state,
                network,
                cgroupParentMade);
    }
}
