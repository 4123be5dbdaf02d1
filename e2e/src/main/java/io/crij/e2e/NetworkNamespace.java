package io.crij.e2e;

import java.util.ArrayList;
import java.util.List;

/// A network namespace with a name, so that bridges, rules and ports of a test stay apart from the host.
public record NetworkNamespace(String name) implements AutoCloseable {

    static NetworkNamespace make(String name) {
        Shell.must("ip", "netns", "add", name);
        Shell.must("ip", "-n", name, "link", "set", "lo", "up");
        return new NetworkNamespace(name);
    }

    /// The command, to be run inside. Not `ip netns exec`, which would hide the cgroups with a fresh /sys.
    public List<String> inside(List<String> command) {
        var all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + name, "--"));
        all.addAll(command);
        return all;
    }

    @Override
    public void close() {
        Shell.run(List.of("ip", "netns", "del", name));
    }
}
