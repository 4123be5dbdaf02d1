package io.crij.oci.spec;

/// Runtime-spec Spec.
public record Spec() {}
