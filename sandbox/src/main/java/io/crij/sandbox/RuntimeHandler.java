package io.crij.sandbox;

import io.crij.monitor.MonitoredRuntime;
import io.crij.oci.command.CommandSettings;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// A RuntimeClass handler of this node.
///
/// @param name as RuntimeClass names it
/// @param passesAnnotation whether an annotation of a pod, given its name, reaches the runtime's own sandbox
/// @param problem asked when a pod wants it: why it cannot be used, empty when it can
public record RuntimeHandler(
        String name, MonitoredRuntime runtime, Predicate<String> passesAnnotation, Supplier<String> problem) {
    /// The executor inside `conmon-j`.
    public static RuntimeHandler builtIn(String name) {
        return new RuntimeHandler(name, new MonitoredRuntime.BuiltIn(), _ -> true, () -> "");
    }

    /// The name the monitor knows it by; the built-in executor has the empty one, whatever it is called here.
    String monitorName() {
        return switch (runtime) {
            case MonitoredRuntime.BuiltIn _ -> "";
            case MonitoredRuntime.Command _, MonitoredRuntime.ShimV2 _ -> name;
        };
    }

    /// Whether it makes the sandbox of a pod itself.
    boolean makesSandboxes() {
        return switch (runtime) {
            case MonitoredRuntime.BuiltIn _ -> false;
            case MonitoredRuntime.ShimV2 _ -> true;
            case MonitoredRuntime.Command(var settings) -> settings.dialect() == CommandSettings.Dialect.GVISOR;
        };
    }

    /// Whether its pods may have user namespaces of their own.
    boolean mapsUsers() {
        return switch (runtime) {
            case MonitoredRuntime.BuiltIn _ -> true;
            case MonitoredRuntime.Command _, MonitoredRuntime.ShimV2 _ -> false;
        };
    }
}
