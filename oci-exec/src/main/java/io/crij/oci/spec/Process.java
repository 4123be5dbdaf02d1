package io.crij.oci.spec;

/// Runtime-spec Process.
public record Process() {}
