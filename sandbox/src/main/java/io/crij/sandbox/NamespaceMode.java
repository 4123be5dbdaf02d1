package io.crij.sandbox;

/// Whose namespace is used (api.proto NamespaceMode).
public enum NamespaceMode {
    /// One for all containers of the pod.
    POD,
    /// One of the container's own; only for pid.
    CONTAINER,
    /// The host's.
    NODE,
    /// That of another container; only for pid of a container.
    TARGET
}
