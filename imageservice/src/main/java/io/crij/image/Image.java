package io.crij.image;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// An image of the store, whole and verified.
///
/// @param id digest of the image's configuration, `sha256:…`: the same image has the same id under every name
/// @param repoTags `docker.io/library/busybox:latest`, sorted
/// @param repoDigests `docker.io/library/busybox@sha256:…` of the manifest or index as it was pulled, sorted
/// @param size bytes on this machine: unpacked layers (shared ones counted in full), manifest and configuration
/// @param diffIds digests of the unpacked layers, bottom first
/// @param pulledAt when it came here last
/// @param pinned must not be removed by a garbage collector
/// @param annotations of the manifest
public record Image(
        Digest id,
        List<String> repoTags,
        List<String> repoDigests,
        long size,
        List<Digest> diffIds,
        ImageConfig config,
        Instant pulledAt,
        boolean pinned,
        Map<String, String> annotations) {}
