package io.crij.monitor;

import java.time.Instant;

/// Something that happened to a container, with the container's facts as they were right after it.
public sealed interface MonitorEvent {
    /// Describes a container that was there when the subscription began.
    record Current(MonitoredContainer container) implements MonitorEvent {}

    /// Every container that was there has been described.
    record Synced() implements MonitorEvent {}

    record Created(MonitoredContainer container, Instant at) implements MonitorEvent {}

    record Started(MonitoredContainer container, Instant at) implements MonitorEvent {}

    /// The kernel killed a process of the container for want of memory; the container may live on.
    record OutOfMemory(MonitoredContainer container, Instant at) implements MonitorEvent {}

    /// The first process ended. What it had written is in the log.
    record Exited(MonitoredContainer container, Instant at) implements MonitorEvent {}

    record Deleted(MonitoredContainer container, Instant at) implements MonitorEvent {}
}
