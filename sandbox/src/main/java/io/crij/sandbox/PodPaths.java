package io.crij.sandbox;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What containers of a pod join and mount. Absent namespaces are the host's.
///
/// @param user user namespace of the pod; containers join it by path
/// @param pid `/proc/PAUSE/ns/pid` in POD mode; absent while the pod is being made, in NODE and in CONTAINER mode
/// @param hostname file for `/etc/hostname`
/// @param resolvConf file for `/etc/resolv.conf`
/// @param hosts file for `/etc/hosts` of containers whose request mounts none
/// @param shm folder for `/dev/shm`
/// @param logDirectory where log paths of containers start
public record PodPaths(
        @Nullable Path net,
        @Nullable Path ipc,
        @Nullable Path uts,
        @Nullable Path user,
        @Nullable Path pid,
        Path hostname,
        Path resolvConf,
        Path hosts,
        Path shm,
        Path logDirectory) {}
