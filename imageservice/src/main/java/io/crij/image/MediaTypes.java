package io.crij.image;

import java.util.Set;

/// Which kinds of content an image can be made of (OCI image-spec "Media Types", Docker "Image Manifest V2, Schema
/// 2").
final class MediaTypes {
    private static final Set<String> CONFIGS = Set.of(
            "application/vnd.oci.image.config.v1+json",
            "application/vnd.docker.container.image.v1+json",
            "application/octet-stream",
            "text/html",
            "");

    private MediaTypes() {}

    static void checkConfig(String type, String what) throws ImageException.UnsupportedMediaType {
        if (!CONFIGS.contains(type)) {
            throw new ImageException.UnsupportedMediaType(
                    what, type, "this is an artifact such as a Helm chart or a signature, not an image to run");
        }
    }

    static void checkLayer(String type, String what) throws ImageException.UnsupportedMediaType {
        if (type.endsWith("+encrypted")) {
            throw new ImageException.UnsupportedMediaType(what, type, "encrypted layers cannot be read here");
        }
        boolean tar = type.startsWith("application/vnd.oci.image.layer.v1.tar")
                || type.startsWith("application/vnd.docker.image.rootfs.diff.tar")
                || type.startsWith("application/vnd.oci.image.layer.nondistributable.v1.tar");
        boolean unnamed = type.isEmpty() || type.equals("application/octet-stream") || type.equals("application/x-tar");
        if (type.contains("rootfs.foreign")) {
            throw new ImageException.UnsupportedMediaType(what, type, "foreign layers are made for Windows");
        }
        if (!tar && !unnamed) {
            throw new ImageException.UnsupportedMediaType(
                    what, type, "layers are tar archives, plain or with gzip or zstd");
        }
    }
}
