package io.crij.image;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// An image's configuration file (OCI image-spec "Image Configuration").
///
/// @param diffIds digests of the uncompressed layers, bottom first
record ConfigFile(ImageConfig config, List<Digest> diffIds) {
    static ConfigFile parse(byte[] bytes, String what) throws ImageException.InvalidManifest {
        try {
            JsonNode root = Document.JSON.readTree(bytes);
            if (root == null || !root.isObject()) {
                throw new ImageException.InvalidManifest(what, "it is not a JSON object");
            }
            List<Digest> diffIds = new ArrayList<>();
            for (JsonNode diffId : root.path("rootfs").path("diff_ids")) {
                diffIds.add(Digest.parse(diffId.asText()));
            }
            return new ConfigFile(config(root), List.copyOf(diffIds));
        } catch (IOException | IllegalArgumentException e) {
            throw new ImageException.InvalidManifest(what, String.valueOf(e.getMessage()));
        }
    }

    private static ImageConfig config(JsonNode root) {
        JsonNode config = root.path("config");
        return new ImageConfig(
                config.path("User").asText(""),
                texts(config.path("Env")),
                texts(config.path("Entrypoint")),
                texts(config.path("Cmd")),
                config.path("WorkingDir").asText(""),
                keys(config.path("ExposedPorts")),
                keys(config.path("Volumes")),
                labels(config.path("Labels")),
                config.path("StopSignal").asText(""),
                Platform.of(
                        root.path("os").asText(""),
                        root.path("architecture").asText(""),
                        root.path("variant").asText("")),
                created(root.path("created").asText("")));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        if (array.isTextual()) {
            texts.add(array.asText());
        }
        array.forEach(item -> texts.add(item.asText()));
        return List.copyOf(texts);
    }

    private static Set<String> keys(JsonNode object) {
        Set<String> keys = new TreeSet<>();
        object.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    private static Map<String, String> labels(JsonNode object) {
        Map<String, String> labels = new LinkedHashMap<>();
        object.properties()
                .forEach(entry -> labels.put(entry.getKey(), entry.getValue().asText("")));
        return labels;
    }

    private static Optional<Instant> created(String text) {
        try {
            return text.isEmpty()
                    ? Optional.empty()
                    : Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty(); // nothing depends on it
        }
    }
}
