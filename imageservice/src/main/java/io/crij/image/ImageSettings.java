package io.crij.image;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What the image store can be told.
///
/// @param root folder of the store, such as `/var/lib/crij/images`; on a file system that overlayfs can use
/// @param registryConfig folders with `<host>/hosts.toml`, first hit wins, read at every pull
/// @param platform which entry of an index is chosen
/// @param pinned names (`name:tag` or `name@digest`, a `*` at the end matches any rest) of images that no garbage
/// collector may remove
/// @param parallelLayers layers of one image that are fetched and unpacked at the same time
/// @param stallTimeout how long a registry may send nothing
/// @param environment where the proxy variables are looked up
public record ImageSettings(
        Path root,
        List<Path> registryConfig,
        Platform platform,
        Set<String> pinned,
        int parallelLayers,
        Duration stallTimeout,
        Map<String, String> environment) {

    /// With the usual values.
    public static ImageSettings of(Path root) {
        return new ImageSettings(
                root,
                List.of(Path.of("/etc/crij/certs.d"), Path.of("/etc/containerd/certs.d")),
                Platform.host(),
                Set.of(),
                4,
                Duration.ofSeconds(30),
                System.getenv());
    }

    public ImageSettings withRegistryConfig(List<Path> folders) {
        return new ImageSettings(
                root, List.copyOf(folders), platform, pinned, parallelLayers, stallTimeout, environment);
    }

    public ImageSettings withPinned(Set<String> names) {
        return new ImageSettings(
                root, registryConfig, platform, Set.copyOf(names), parallelLayers, stallTimeout, environment);
    }

    public ImageSettings withStallTimeout(Duration timeout) {
        return new ImageSettings(root, registryConfig, platform, pinned, parallelLayers, timeout, environment);
    }

    public ImageSettings withParallelLayers(int layers) {
        return new ImageSettings(root, registryConfig, platform, pinned, layers, stallTimeout, environment);
    }

    public ImageSettings withPlatform(Platform wanted) {
        return new ImageSettings(root, registryConfig, wanted, pinned, parallelLayers, stallTimeout, environment);
    }

    public ImageSettings withEnvironment(Map<String, String> variables) {
        return new ImageSettings(
                root, registryConfig, platform, pinned, parallelLayers, stallTimeout, Map.copyOf(variables));
    }
}
