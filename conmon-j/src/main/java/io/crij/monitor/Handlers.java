package io.crij.monitor;

import io.crij.oci.runtime.OciRuntime;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The runtime handlers that containers can ask for by name; the empty name is the built-in runtime.
public record Handlers(Map<String, OciRuntime> byName) {
    OciRuntime find(String name) throws MonitorException {
        OciRuntime runtime = byName.get(name);
        if (runtime == null) {
            throw new MonitorException(
                    MonitorException.Code.UNSUPPORTED,
                    "there is no runtime handler \"" + name + "\"; conmon-j knows " + new TreeMap<>(byName).keySet(),
                    0);
        }
        return runtime;
    }

    /// All names, the built-in one first.
    Set<String> names() {
        return new TreeSet<>(byName.keySet());
    }

    OciRuntime builtIn() throws MonitorException {
        return find("");
    }
}
