package io.crij.sandbox;

/// Who a container is within its pod (api.proto ContainerMetadata).
public record ContainerMetadata(String name, int attempt) {
    /// The idempotency key of CreateContainer.
    public String key(PodMetadata pod) {
        return name + "_" + pod.name() + "_" + pod.namespace() + "_" + pod.uid() + "_"
                + Integer.toUnsignedString(attempt);
    }
}
