package io.crij.oci.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One mount, in the order of the configuration.
///
/// @param destination path inside the container
/// @param type file system type; ignored for bind mounts
/// @param source device, or path on the host for a bind mount (relative paths start at the bundle)
/// @param options as of mount(8); read by [MountOptions]
/// @param uidMappings for an idmapped mount
public record Mount(
        String destination,
        @Nullable String type,
        @Nullable String source,
        List<String> options,
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings) {
    public Mount {
        Absent.required(destination, "destination");
        options = Absent.toEmpty(options);
        uidMappings = Absent.toEmpty(uidMappings);
        gidMappings = Absent.toEmpty(gidMappings);
    }

    public static Mount of(String type, String source, String destination, String... options) {
        return new Mount(destination, type, source, List.of(options), List.of(), List.of());
    }

    /// Whether something of the host is shown at the destination, rather than a file system mounted.
    public boolean isBind() {
        return "bind".equals(type) || "rbind".equals(type) || options.contains("bind") || options.contains("rbind");
    }

    public static Mount bind(String source, String destination, String... options) {
        return new Mount(destination, "bind", source, List.of(options), List.of(), List.of());
    }
}
