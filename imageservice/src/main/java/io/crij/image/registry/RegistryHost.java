package io.crij.image.registry;

import java.net.URI;
import java.util.Map;

/// One place where the images of a registry can be had: the registry itself or a mirror.
///
/// @param base URL that `/<repository>/manifests/…` is appended to, such as `https://mirror.example/v2`
/// @param resolves may be asked what a tag means
/// @param pulls may be asked for content
/// @param mirror is another host than the one in the reference, and is told which one is meant (`?ns=`)
/// @param headers sent with every request to this host, to no other
record RegistryHost(
        URI base, boolean resolves, boolean pulls, boolean mirror, TlsSettings tls, Map<String, String> headers) {
    /// Host and port, for messages.
    String name() {
        return base.getAuthority();
    }

    /// @param path such as `/library/busybox/manifests/latest`
    URI resolve(String path, String registry) {
        return URI.create(base + path + (mirror ? "?ns=" + registry : ""));
    }
}
