package io.crij.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crij.image.Content.RawManifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a name in a registry points to: an index of manifests or a manifest (OCI image-spec; Docker's manifest
/// list and
/// schema 2 have the same form).
sealed interface Document {
    record Index(List<Descriptor> manifests) implements Document {}

    /// @param layers bottom first
    /// @param annotations none when they are longer than [#MOST_ANNOTATIONS]
    record Manifest(Descriptor config, List<Descriptor> layers, Map<String, String> annotations) implements Document {}

    /// Characters. Every list of images holds them: those of a hostile one must not make the list too long for its
    /// readers.
    int MOST_ANNOTATIONS = 16 * 1024;

    ObjectMapper JSON = new ObjectMapper();

    /// @param what for messages
    static Document parse(RawManifest raw, String what) throws ImageException {
        JsonNode json = json(raw, what);
        String type = json.path("mediaType").asText(raw.mediaType());
        boolean index = json.has("manifests");
        boolean manifest = json.has("layers") || json.has("config");
        if (json.path("schemaVersion").asInt(2) == 1 || json.has("fsLayers")) {
            throw new ImageException.UnsupportedMediaType(
                    what, type, "it is in Docker's schema 1 of 2014; push it again with a tool of this decade");
        }
        if (index && manifest) {
            // which of the two is meant would depend on the header (CVE-2021-41190)
            throw new ImageException.InvalidManifest(what, "it is an index and a manifest at the same time");
        }
        try {
            return switch (type) {
                case "application/vnd.oci.image.index.v1+json",
                        "application/vnd.docker.distribution.manifest.list.v2+json" ->
                    new Index(descriptors(json, "manifests", what));
                case "application/vnd.oci.image.manifest.v1+json",
                        "application/vnd.docker.distribution.manifest.v2+json" -> manifest(json, what);
                // some registries send a general type, and OCI documents need not name theirs
                case "", "application/json", "application/octet-stream", "text/plain" ->
                    guess(json, index, manifest, type, what);
                default -> throw unsupported(type, what);
            };
        } catch (JsonProcessingException e) {
            throw new ImageException.InvalidManifest(what, e.getOriginalMessage());
        }
    }

    private static Manifest manifest(JsonNode json, String what) throws ImageException, JsonProcessingException {
        Map<String, String> annotations = new LinkedHashMap<>();
        json.path("annotations")
                .properties()
                .forEach(it -> annotations.put(it.getKey(), it.getValue().asText("")));
        long length = annotations.entrySet().stream()
                .mapToLong(it -> it.getKey().length() + it.getValue().length())
                .sum();
        return new Manifest(
                descriptor(json.path("config"), "config", what),
                descriptors(json, "layers", what),
                length > MOST_ANNOTATIONS ? Map.of() : Collections.unmodifiableMap(annotations));
    }

    private static Document guess(JsonNode json, boolean index, boolean manifest, String type, String what)
            throws ImageException, JsonProcessingException {
        if (index) {
            return new Index(descriptors(json, "manifests", what));
        }
        if (manifest) {
            return manifest(json, what);
        }
        throw unsupported(type, what);
    }

    private static ImageException unsupported(String type, String what) {
        return new ImageException.UnsupportedMediaType(
                what, type, "pull an OCI or Docker schema 2 image, manifest or index");
    }

    private static JsonNode json(RawManifest raw, String what) throws ImageException {
        try {
            JsonNode json = JSON.readTree(raw.bytes());
            if (json != null && json.isObject()) {
                return json;
            }
        } catch (IOException e) {
            // told below
        }
        throw new ImageException.InvalidManifest(what, "it is not a JSON object");
    }

    private static List<Descriptor> descriptors(JsonNode json, String name, String what)
            throws ImageException, JsonProcessingException {
        if (!json.path(name).isArray()) {
            throw new ImageException.InvalidManifest(what, "it has no list \"" + name + "\"");
        }
        List<Descriptor> all = new ArrayList<>();
        for (JsonNode entry : json.path(name)) {
            all.add(descriptor(entry, name, what));
        }
        return List.copyOf(all);
    }

    /// @throws ImageException.InvalidManifest when it is none, or lacks digest or size
    static Descriptor descriptor(JsonNode json, String name, String what)
            throws ImageException, JsonProcessingException {
        if (!json.isObject()) {
            throw new ImageException.InvalidManifest(what, "its \"" + name + "\" is no descriptor");
        }
        return JSON.treeToValue(json, Descriptor.class);
    }
}
