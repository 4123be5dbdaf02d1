package io.crij.oci.spec;

import org.jspecify.annotations.Nullable;

/// A device node in the container.
///
/// @param fileMode permission bits; absent: 0666
/// @param uid owner in the container; absent: 0
public record Device(
        DeviceType type,
        String path,
        long major,
        long minor,
        @Nullable Integer fileMode,
        @Nullable Long uid,
        @Nullable Long gid) {
    public Device {
        Absent.required(type, "type");
        Absent.required(path, "path");
    }
}
