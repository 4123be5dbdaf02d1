package io.crij.server.spec;

import java.nio.file.Path;

/// Paths inside a container, as text.
final class ContainerPath {
    private ContainerPath() {}

    /// Absolute, without `.`, `..`, double and trailing slashes.
    static String clean(String path) {
        return Path.of("/", path).normalize().toString();
    }

    static int depth(String path) {
        return Path.of(clean(path)).getNameCount();
    }
}
