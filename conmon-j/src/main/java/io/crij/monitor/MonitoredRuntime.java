package io.crij.monitor;

import io.crij.oci.command.CommandSettings;

/// What runs a container.
public sealed interface MonitoredRuntime {
    /// The executor inside the monitor.
    record BuiltIn() implements MonitoredRuntime {}

    /// A program with runc's command line.
    record Command(CommandSettings settings) implements MonitoredRuntime {}
}
