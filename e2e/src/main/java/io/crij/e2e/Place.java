package io.crij.e2e;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a node under test keeps things; nothing of it is shared with another node of this machine.
///
/// @param name unique, part of every path and name that the node makes
/// @param root its folder
/// @param mounts where the daemons see their mounts; null: where this process does
public record Place(
        String name,
        Path root,
        NetworkNamespace network,
        @Nullable MountNamespace mounts) {
    /// The command, to be run where the node's daemons run.
    List<String> inside(List<String> command) {
        var inNetwork = network.inside(command);
        return mounts == null ? inNetwork : mounts.inside(inNetwork);
    }

    /// On a node this is a tmpfs, and so it is here where `/run` is one.
    Path state() {
        return Path.of("/run", name);
    }

    Path data() {
        return root.resolve("lib");
    }

    Path cniConfig() {
        return root.resolve("cni/net.d");
    }

    Path cniPlugins() {
        return root.resolve("cni/bin");
    }

    Path leases() {
        return root.resolve("cni/leases");
    }

    /// Descriptions of devices (CDI).
    Path devices() {
        return root.resolve("cdi");
    }

    Path registryConfig() {
        return root.resolve("certs.d");
    }

    /// Where plugins of the Node Resource Interface connect.
    public Path nriSocket() {
        return state().resolve("nri.sock");
    }

    /// Those that the server starts itself.
    public Path nriPlugins() {
        return root.resolve("nri/plugins");
    }

    public Path nriConfig() {
        return root.resolve("nri/conf.d");
    }

    Path log(String program) {
        return root.resolve(program + ".log");
    }

    /// Who makes cgroups: the property `e2e.cgroupDriver`, `cgroupfs` (default) or `systemd`.
    public static String cgroupDriver() {
        return System.getProperty("e2e.cgroupDriver", "cgroupfs");
    }

    /// The parent of the cgroups of all pods: a path, or a slice.
    public String cgroupParent() {
        return cgroupDriver().equals("systemd") ? name + ".slice" : "/" + name;
    }
}
