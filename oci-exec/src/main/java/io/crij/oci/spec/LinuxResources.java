package io.crij.oci.spec;

/// Runtime-spec LinuxResources.
public record LinuxResources() {}
