package io.crij.image;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The machine an image is made for (OCI image-spec "Image Index", `platform`).
///
/// @param os such as `linux`
/// @param architecture in Go's words: `amd64`, `arm64`, `arm`
/// @param variant such as `v8` or `v7`; empty when there is none
public record Platform(String os, String architecture, String variant) {
    public Platform {
        architecture = switch (architecture.toLowerCase(Locale.ROOT)) {
            case "x86_64", "x86-64", "amd64" -> "amd64";
            case "aarch64", "arm64" -> "arm64";
            default -> architecture.toLowerCase(Locale.ROOT);
        };
        // arm64 has one variant that everybody means
        variant = architecture.equals("arm64") && variant.isEmpty() ? "v8" : variant;
        variant = architecture.equals("amd64") && variant.equals("v1") ? "" : variant;
    }

    static Platform of(
            @JsonProperty("os") @Nullable String os,
            @JsonProperty("architecture") @Nullable String architecture,
            @JsonProperty("variant") @Nullable String variant) {
        return new Platform(
                os == null || os.isEmpty() ? "linux" : os,
                architecture == null ? "" : architecture,
                variant == null ? "" : variant);
    }

    /// The machine this process runs on.
    public static Platform host() {
        return new Platform("linux", System.getProperty("os.arch", ""), "");
    }

    /// Platforms whose programs run here, best first. A newer variant is never chosen on a guess.
    List<Platform> runnable() {
        return switch (architecture + variant) {
            case "arm64v8" -> List.of(this, new Platform(os, "arm", "v7"), new Platform(os, "arm", "v6"));
            default -> List.of(this);
        };
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
