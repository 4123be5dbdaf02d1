package io.crij.monitor;

import io.crij.oci.command.CommandSettings;
import io.crij.shim.ShimSettings;
import org.jspecify.annotations.Nullable;

/// What runs a container, as its record has it: the built-in runtime where nothing else stands.
record RuntimeChoice(
        @Nullable CommandSettings command, @Nullable ShimSettings shim) {
    static final RuntimeChoice BUILT_IN = new RuntimeChoice(null, null);

    static RuntimeChoice of(MonitoredRuntime runtime) {
        return switch (runtime) {
            case MonitoredRuntime.BuiltIn _ -> BUILT_IN;
            case MonitoredRuntime.Command(CommandSettings settings) -> new RuntimeChoice(settings, null);
            case MonitoredRuntime.ShimV2(ShimSettings settings) -> new RuntimeChoice(null, settings);
        };
    }

    MonitoredRuntime runtime() {
        if (shim != null) {
            return new MonitoredRuntime.ShimV2(shim);
        }
        return command == null ? new MonitoredRuntime.BuiltIn() : new MonitoredRuntime.Command(command);
    }
}
