package io.crij.sandbox;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What the configuration says to this module. All paths absolute.
///
/// @param state root of what a reboot may take, `/run/crij`
/// @param data root of the records, `/var/lib/crij`
/// @param netns folder of the pinned network namespaces, `/run/netns`
/// @param logs where pods without a log directory have theirs
/// @param cgroupParent of pods that name none, as the driver has them: `/crij`, `crij.slice`
/// @param shmSize bytes of `/dev/shm` of a pod
/// @param defaultSysctls of every pod that has the namespace they belong to; the request wins
/// @param cniConfigDirectory `/etc/cni/net.d`
/// @param cniPluginDirectories searched in order
/// @param cniDefaultNetwork empty: the first by file name
/// @param cniTimeout of one plugin run; then it is killed
/// @param keepUnclaimed how long finished work whose caller went away is kept for the retry
public record SandboxSettings(
        Path state,
        Path data,
        Path netns,
        Path logs,
        CgroupDriver cgroupDriver,
        String cgroupParent,
        long shmSize,
        Map<String, String> defaultSysctls,
        RuntimeHandlers handlers,
        Path cniConfigDirectory,
        List<Path> cniPluginDirectories,
        String cniDefaultNetwork,
        Duration cniTimeout,
        Duration keepUnclaimed) {
    public SandboxSettings {
        defaultSysctls = Map.copyOf(defaultSysctls);
        cniPluginDirectories = List.copyOf(cniPluginDirectories);
    }

    /// The defaults of the shipped configuration.
    public static SandboxSettings defaults() {
        return new SandboxSettings(
                Path.of("/run/crij"),
                Path.of("/var/lib/crij"),
                Path.of("/run/netns"),
                Path.of("/var/log/crij/pods"),
                CgroupDriver.CGROUPFS,
                "/crij",
                64L << 20,
                Map.of("net.ipv4.ip_unprivileged_port_start", "0", "net.ipv4.ping_group_range", "0 2147483647"),
                RuntimeHandlers.builtIn(),
                Path.of("/etc/cni/net.d"),
                List.of(Path.of("/opt/cni/bin"), Path.of("/usr/lib/cni"), Path.of("/usr/libexec/cni")),
                "",
                Duration.ofMinutes(2),
                Duration.ofMinutes(2));
    }
}
