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
        String given = architecture.toLowerCase(Locale.ROOT);
        architecture = switch (given) {
            case "x86_64", "x86-64" -> "amd64";
            case "aarch64" -> "arm64";
            case "armhf", "armel" -> "arm";
            case "i386" -> "386";
            default -> given;
        };
        String named = variant.matches("[0-9]+") ? "v" + variant : variant.toLowerCase(Locale.ROOT);
        // what everybody means who names none
        variant = switch (architecture) {
            case "arm64" -> named.isEmpty() ? "v8" : named;
            case "arm" -> !named.isEmpty() ? named : given.equals("armel") ? "v6" : "v7";
            case "amd64" -> named.equals("v1") ? "" : named;
            default -> named;
        };
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
        Platform machine = new Platform("linux", System.getProperty("os.arch", ""), "");
        return machine.architecture().equals("amd64")
                ? new Platform(machine.os(), machine.architecture(), CpuLevel.ofThisMachine())
                : machine;
    }

    /// Platforms whose programs run here, best first. A newer variant is never chosen on a guess.
    List<Platform> runnable() {
        return switch (architecture) {
            case "arm64" -> descending(List.of("arm64 v8", "arm v8", "arm v7", "arm v6", "arm v5"));
            case "arm" -> descending(List.of("arm v8", "arm v7", "arm v6", "arm v5"));
            case "amd64" -> descending(List.of("amd64 v4", "amd64 v3", "amd64 v2", "amd64 ", "386 "));
            default -> List.of(this);
        };
    }

    /// This one and all after it; this one alone when it is none of them.
    private List<Platform> descending(List<String> all) {
        List<Platform> from = all.stream()
                .map(it -> it.split(" ", 2))
                .map(it -> new Platform(os, it[0], it[1]))
                .dropWhile(it -> !it.equals(this))
                .toList();
        return from.isEmpty() ? List.of(this) : from;
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
