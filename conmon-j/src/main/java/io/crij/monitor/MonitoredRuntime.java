package io.crij.monitor;

import io.crij.oci.command.CommandSettings;
import io.crij.shim.ShimSettings;

/// What runs a container.
public sealed interface MonitoredRuntime {
    /// The executor inside the monitor.
    record BuiltIn() implements MonitoredRuntime {}

    /// A program with runc's command line.
    record Command(CommandSettings settings) implements MonitoredRuntime {}

    /// A containerd-style shim.
    record ShimV2(ShimSettings settings) implements MonitoredRuntime {}
}
