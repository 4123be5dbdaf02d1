package io.crij.oci.spec;

/// The container's root file system.
///
/// @param path absolute, or relative to the bundle
public record Root(String path, boolean readonly) {
    public Root {
        Absent.required(path, "path");
    }
}
