package io.crij.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.Zstd;
import io.crij.image.layer.TarBuilder;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Images in the forms that tools write.
@Timeout(300)
class ManifestKindsTest {
    private static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    private static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";

    @TempDir
    Path folder;

    private TestStore store;

    @BeforeEach
    void open() throws Exception {
        store = new TestStore(folder);
    }

    @AfterEach
    void close() {
        if (store != null) {
            store.close();
        }
    }

    private static byte[] docker(TestImage image) throws Exception {
        ObjectNode manifest = (ObjectNode) TestImage.JSON.readTree(image.manifest());
        manifest.put("mediaType", DOCKER_MANIFEST);
        ((ObjectNode) manifest.get("config")).put("mediaType", "application/vnd.docker.container.image.v1+json");
        manifest.get("layers")
                .forEach(it -> ((ObjectNode) it).put("mediaType", "application/vnd.docker.image.rootfs.diff.tar.gzip"));
        return TestImage.bytes(manifest);
    }

    @Test
    void dockersSchema2IsPulled() throws Exception {
        TestImage image = TestStore.small();
        byte[] manifest = docker(image);
        Reference reference = store.registry.push("app:1", image, manifest, DOCKER_MANIFEST);
        Image pulled = store.pull(reference);
        assertEquals(image.id(), pulled.id());
        assertEquals(List.of(reference.name() + "@" + Digest.of(manifest)), pulled.repoDigests());
    }

    private static ObjectNode list(String type) {
        ObjectNode list =
                TestImage.JSON.createObjectNode().put("schemaVersion", 2).put("mediaType", type);
        list.putArray("manifests");
        return list;
    }

    private static void add(ObjectNode list, String type, byte[] manifest, String architecture, String variant) {
        ObjectNode entry = list.withArray("manifests").addObject();
        entry.put("mediaType", type)
                .put("digest", Digest.of(manifest).toString())
                .put("size", manifest.length);
        ObjectNode platform = entry.putObject("platform").put("os", "linux").put("architecture", architecture);
        if (!variant.isEmpty()) {
            platform.put("variant", variant);
        }
    }

    /// Pulls from an index of these platforms, whose images have their platform as content.
    private String chosen(Platform machine, String platforms) throws Exception {
        store.restart(store.settings().withPlatform(machine));
        ObjectNode list = list(DOCKER_LIST);
        for (String platform : platforms.split(" ")) {
            String[] parts = platform.split("/");
            TestImage image = new TestImage().architecture(parts[0]).layer(TestStore.layer("platform", platform));
            byte[] manifest = docker(image);
            store.registry.push("app:" + platform.replace('/', '-'), image, manifest, DOCKER_MANIFEST);
            add(list, DOCKER_MANIFEST, manifest, parts[0], parts.length > 1 ? parts[1] : "");
        }
        store.registry.manifest("app", "multi", DOCKER_LIST, TestImage.bytes(list));
        Image image = store.pull(Reference.parse(store.registry.address() + "/app:multi"));
        Path layer = store.images().snapshots().prepare("c", image.id()).lower().getFirst();
        return Files.readString(layer.resolve("etc/platform"));
    }

    @ParameterizedTest
    @CsvSource({
        "amd64, '', s390x arm64 amd64, amd64",
        "amd64, v3, amd64 amd64/v2 amd64/v3 amd64/v4, amd64/v3",
        "amd64, v2, amd64/v3 amd64, amd64",
        "amd64, v4, amd64/v1 386, amd64/v1",
        "arm64, '', arm/v7 arm64/v8, arm64/v8",
        "arm64, v8, arm/v6 arm64, arm64",
        "arm64, v8, arm/v5 arm/v7, arm/v7",
        "arm64, v8, arm/v5 arm/v6, arm/v6"
    })
    void theBestEntryOfAnIndexIsTaken(String architecture, String variant, String index, String best) throws Exception {
        assertEquals(best, chosen(new Platform("linux", architecture, variant), index));
    }

    @Test
    void anIndexInAnIndexIsFollowed() throws Exception {
        TestImage image = TestStore.small();
        String architecture = Platform.host().architecture();
        ObjectNode inner = list(TestImage.OCI_INDEX);
        add(inner, TestImage.OCI_MANIFEST, image.manifest(), architecture, "");
        byte[] innerBytes = TestImage.bytes(inner);
        ObjectNode outer = list(TestImage.OCI_INDEX);
        add(outer, TestImage.OCI_INDEX, innerBytes, architecture, "");
        store.registry.push("app:inner", image);
        store.registry.manifest("app", "index", TestImage.OCI_INDEX, innerBytes);
        store.registry.manifest("app", "outer", TestImage.OCI_INDEX, TestImage.bytes(outer));
        assertEquals(
                image.id(),
                store.pull(Reference.parse(store.registry.address() + "/app:outer"))
                        .id());
    }

    @Test
    void aPullByDigestGivesNoTag() throws Exception {
        TestImage image = TestStore.small();
        Reference tagged = store.registry.push("app:1", image);
        String digest = Digest.of(image.manifest()).toString();
        Image pulled = store.pull(Reference.parse(tagged.name() + ":1@" + digest));
        assertEquals(List.of(), pulled.repoTags());
        assertEquals(List.of(tagged.name() + "@" + digest), pulled.repoDigests());
        assertTrue(store.images().find(tagged.toString()).isEmpty());
        assertEquals(List.of(tagged.toString()), store.pull(tagged).repoTags());
    }

    @Test
    void layersOfSeveralGzipMembersOrZstdFramesAreWhole() throws Exception {
        byte[] content = new byte[400_000];
        new Random(5).nextBytes(content);
        byte[] tar = new TarBuilder().file("a", content).bytes();
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        ByteArrayOutputStream zstd = new ByteArrayOutputStream();
        zstd.write(new byte[] {0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3}); // a frame to skip
        for (int at = 0; at < tar.length; at += 50_000) {
            byte[] part = java.util.Arrays.copyOfRange(tar, at, Math.min(tar.length, at + 50_000));
            gzip.write(TestImage.gzip(part));
            zstd.write(Zstd.compress(part));
        }
        byte[] other = new TarBuilder().file("b", content).bytes();
        TestImage image = new TestImage()
                .layer(tar, gzip.toByteArray(), TestImage.OCI_LAYER)
                .layer(other, Zstd.compress(other), "application/vnd.oci.image.layer.v1.tar+zstd");
        Image pulled = store.pull(store.registry.push("gzip", image));
        assertEquals(2, pulled.diffIds().size());
        store.pull(store.registry.push(
                "zstd", new TestImage().layer(tar, zstd.toByteArray(), "application/vnd.oci.image.layer.v1.tar+zstd")));
    }

    @Test
    void annotationsThatWouldFillEveryListAreLeftOut() throws Exception {
        TestImage image = TestStore.small();
        for (int i = 0; i < 100; i++) {
            image.annotation("org.example." + i, "x".repeat(1000));
        }
        assertEquals(
                0, store.pull(store.registry.push("app", image)).annotations().size());
    }
}
