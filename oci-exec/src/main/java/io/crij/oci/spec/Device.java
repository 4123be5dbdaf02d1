package io.crij.oci.spec;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// A device node in the container.
///
/// @param fileMode permission bits; absent: 0666
/// @param uid owner in the container; absent: 0
public record Device(
        DeviceType type,
        String path,
        @JsonProperty("major") long major,
        @JsonProperty("minor") long minor,
        @Nullable Integer fileMode,
        @Nullable Long uid,
        @Nullable Long gid) {
    public Device {
        Absent.required(type, "type");
        Absent.required(path, "path");
    }
}
