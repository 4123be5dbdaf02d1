package io.crij.image;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Points to content (OCI image-spec "Content Descriptors").
///
/// @param size bytes
/// @param platform what an index says of a manifest
@JsonIgnoreProperties(ignoreUnknown = true)
public record Descriptor(
        String mediaType,
        Digest digest,
        long size,
        @Nullable PlatformFields platform) {
    /// The platform as it is written; see [Descriptor#target].
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record PlatformFields(
            @Nullable String os,
            @Nullable String architecture,
            @Nullable String variant) {}

    public Descriptor(
            @JsonProperty("mediaType") @Nullable String mediaType,
            @JsonProperty(value = "digest", required = true) Digest digest,
            @JsonProperty(value = "size", required = true) long size,
            @JsonProperty("platform") @Nullable PlatformFields platform) {
        if (size < 0) {
            throw new IllegalArgumentException("the content " + digest + " has a negative size");
        }
        this.mediaType = mediaType == null ? "" : mediaType;
        this.digest = digest;
        this.size = size;
        this.platform = platform;
    }

    Optional<Platform> target() {
        return Optional.ofNullable(platform).map(it -> Platform.of(it.os(), it.architecture(), it.variant()));
    }
}
