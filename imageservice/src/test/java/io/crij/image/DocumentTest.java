package io.crij.image;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.image.Content.RawManifest;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class DocumentTest {
    @Provide
    Arbitrary<String> manifests() {
        String value = "[]|{}|null|1|-1|1e999|\"x\"|\"sha256:00\"|true|[[]]|[null]|[{}]|{\"digest\":5}"
                + "|{\"digest\":\"sha256:" + "a".repeat(64) + "\",\"size\":-1}"
                + "|[{\"digest\":\"sha256:" + "a".repeat(64) + "\",\"size\":1,\"platform\":[1]}]";
        Arbitrary<String> values = Arbitraries.of(value.split("\\|"));
        Arbitrary<String> keys = Arbitraries.of(
                "config", "layers", "manifests", "mediaType", "schemaVersion", "annotations", "fsLayers");
        return Arbitraries.maps(keys, values)
                .ofMaxSize(6)
                .map(it -> it.entrySet().stream()
                        .map(e -> "\"" + e.getKey() + "\":" + e.getValue())
                        .collect(java.util.stream.Collectors.joining(",", "{", "}")));
    }

    @Property(tries = 1000)
    void anyManifestIsReadOrRefused(@ForAll("manifests") String json, @ForAll boolean typed) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        try {
            Document.parse(
                    new RawManifest(bytes, typed ? TestImage.OCI_MANIFEST : "", Digest.of(bytes)), "the manifest");
        } catch (ImageException e) {
            assertTrue(e.getMessage().startsWith("the manifest "), e.getMessage());
        }
    }

    @Property(tries = 500)
    void anyConfigurationIsReadOrRefused(@ForAll("manifests") String json) {
        try {
            ConfigFile.parse(json.getBytes(StandardCharsets.UTF_8), "the configuration");
        } catch (ImageException.InvalidManifest e) {
            assertTrue(e.getMessage().startsWith("the configuration "), e.getMessage());
        }
    }
}
