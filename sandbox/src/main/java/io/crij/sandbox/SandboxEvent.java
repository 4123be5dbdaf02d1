package io.crij.sandbox;

import java.time.Duration;

/// A change that is in the records already. Delivered in order per pod, on the thread that made the change: a
/// listener only queues.
public sealed interface SandboxEvent {
    record PodReady(PodRecord pod) implements SandboxEvent {}

    record PodNotReady(PodRecord pod) implements SandboxEvent {}

    record PodRemoved(PodRecord pod) implements SandboxEvent {}

    record ContainerCreated(ContainerRecord container) implements SandboxEvent {}

    record ContainerStarted(ContainerRecord container) implements SandboxEvent {}

    record ContainerExited(ContainerRecord container) implements SandboxEvent {}

    record ContainerRemoved(ContainerRecord container) implements SandboxEvent {}

    /// A pod was attached to the network or detached from it, or that failed; in no order with the others.
    record NetworkOperated(Operation operation, Duration took, boolean worked) implements SandboxEvent {
        public enum Operation {
            ADD,
            DEL
        }
    }
}
