package io.crij.monitor;

import io.crij.oci.command.CommandSettings;
import org.jspecify.annotations.Nullable;

/// What runs a container, as its record has it: the built-in runtime where nothing else stands.
record RuntimeChoice(@Nullable CommandSettings command) {
    static final RuntimeChoice BUILT_IN = new RuntimeChoice(null);

    static RuntimeChoice of(MonitoredRuntime runtime) {
        return switch (runtime) {
            case MonitoredRuntime.BuiltIn _ -> BUILT_IN;
            case MonitoredRuntime.Command(CommandSettings settings) -> new RuntimeChoice(settings);
        };
    }

    MonitoredRuntime runtime() {
        return command == null ? new MonitoredRuntime.BuiltIn() : new MonitoredRuntime.Command(command);
    }
}
