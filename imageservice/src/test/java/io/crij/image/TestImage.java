package io.crij.image;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;

/// An image under construction: layers, configuration and manifest with their digests.
final class TestImage {
    static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
    static final ObjectMapper JSON = new ObjectMapper();

    final Map<Digest, byte[]> blobs = new LinkedHashMap<>();
    private final List<ObjectNode> layers = new ArrayList<>();
    private final List<String> diffIds = new ArrayList<>();
    private final ObjectNode config = JSON.createObjectNode();
    private final ObjectNode annotations = JSON.createObjectNode();
    private String architecture = Platform.host().architecture();

    TestImage layer(byte[] tar) {
        return layer(tar, gzip(tar), OCI_LAYER);
    }

    TestImage layer(byte[] tar, byte[] packed, String mediaType) {
        Digest digest = Digest.of(packed);
        blobs.put(digest, packed);
        layers.add(descriptor(mediaType, digest, packed.length));
        diffIds.add(Digest.of(tar).toString());
        return this;
    }

    TestImage architecture(String name) {
        architecture = name;
        return this;
    }

    TestImage config(Consumer<ObjectNode> change) {
        change.accept(config);
        return this;
    }

    /// In the manifest.
    TestImage annotation(String name, String value) {
        annotations.put(name, value);
        return this;
    }

    /// Changes what a layer's descriptor says.
    TestImage lie(int layer, Consumer<ObjectNode> change) {
        change.accept(layers.get(layer));
        return this;
    }

    Digest layerDigest(int layer) {
        return Digest.parse(layers.get(layer).get("digest").asText());
    }

    byte[] configBytes() {
        ObjectNode root = JSON.createObjectNode();
        root.put("architecture", architecture).put("os", "linux").put("created", "2020-09-13T12:26:40Z");
        root.set("config", config);
        root.putObject("rootfs").put("type", "layers").set("diff_ids", JSON.valueToTree(diffIds));
        return bytes(root);
    }

    Digest id() {
        return Digest.of(configBytes());
    }

    byte[] manifest() {
        byte[] bytes = configBytes();
        blobs.put(Digest.of(bytes), bytes);
        ObjectNode root = JSON.createObjectNode();
        root.put("schemaVersion", 2).put("mediaType", OCI_MANIFEST);
        root.set("config", descriptor("application/vnd.oci.image.config.v1+json", Digest.of(bytes), bytes.length));
        root.set("layers", JSON.valueToTree(layers));
        if (!annotations.isEmpty()) {
            root.set("annotations", annotations);
        }
        return bytes(root);
    }

    static byte[] index(Map<String, byte[]> manifestsByArchitecture) {
        ObjectNode root = JSON.createObjectNode();
        root.put("schemaVersion", 2).put("mediaType", OCI_INDEX);
        var list = root.putArray("manifests");
        manifestsByArchitecture.forEach((architecture, manifest) -> {
            ObjectNode entry = descriptor(OCI_MANIFEST, Digest.of(manifest), manifest.length);
            entry.putObject("platform").put("os", "linux").put("architecture", architecture);
            list.add(entry);
        });
        return bytes(root);
    }

    private static ObjectNode descriptor(String mediaType, Digest digest, long size) {
        return JSON.createObjectNode()
                .put("mediaType", mediaType)
                .put("digest", digest.toString())
                .put("size", size);
    }

    static byte[] bytes(ObjectNode node) {
        try {
            return JSON.writeValueAsBytes(node);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
