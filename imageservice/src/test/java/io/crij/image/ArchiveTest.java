package io.crij.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crij.image.layer.TarBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {
    @TempDir
    Path folder;

    private Images images;
    private final TestImage image = new TestImage()
            .layer(new TarBuilder().folder("etc").file("etc/a", "one").bytes());

    @BeforeEach
    void open() throws Exception {
        assumeTrue(ProcessHandle.current().info().user().orElse("").equals("root"), "needs root: layers have owners");
        images = new Images(ImageSettings.of(folder.resolve("store")).withEnvironment(Map.of()));
    }

    @AfterEach
    void close() {
        if (images != null) {
            images.close();
        }
    }

    private byte[] layoutIndex(byte[] manifest) {
        ObjectNode index = TestImage.JSON.createObjectNode();
        ObjectNode entry = index.put("schemaVersion", 2).putArray("manifests").addObject();
        entry.put("mediaType", TestImage.OCI_MANIFEST)
                .put("digest", Digest.of(manifest).toString())
                .put("size", manifest.length);
        entry.putObject("annotations")
                .put("io.containerd.image.name", "host.example/app:1")
                .put("org.opencontainers.image.ref.name", "1");
        return TestImage.bytes(index);
    }

    private List<Image> load(Path file) throws Exception {
        return images.importArchive(file, PullListener.SILENT);
    }

    @Test
    void anOciLayoutInAFolderIsTaken() throws Exception {
        byte[] manifest = image.manifest();
        Path layout = Files.createDirectories(folder.resolve("layout/blobs/sha256"));
        Files.write(layout.resolve(Digest.of(manifest).hex()), manifest);
        for (var blob : image.blobs.entrySet()) {
            Files.write(layout.resolve(blob.getKey().hex()), blob.getValue());
        }
        Files.write(folder.resolve("layout/index.json"), layoutIndex(manifest));
        Image loaded = load(folder.resolve("layout")).getFirst();
        assertEquals(image.id(), loaded.id());
        assertEquals(List.of("host.example/app:1"), loaded.repoTags());
        assertEquals(List.of("host.example/app@" + Digest.of(manifest)), loaded.repoDigests());
    }

    @Test
    void anOciLayoutInACompressedTarIsTaken() throws Exception {
        byte[] manifest = image.manifest();
        TarBuilder tar = new TarBuilder().file("./index.json", layoutIndex(manifest));
        tar.file("blobs/sha256/" + Digest.of(manifest).hex(), manifest);
        image.blobs.forEach((digest, bytes) -> tar.file("blobs/sha256/" + digest.hex(), bytes));
        Path file = Files.write(folder.resolve("layout.tar.gz"), TestImage.gzip(tar.bytes()));
        assertEquals(image.id(), load(file).getFirst().id());
    }

    @Test
    void whatDockerSavedIsTaken() throws Exception {
        byte[] layer = new TarBuilder().folder("etc").file("etc/a", "one").bytes();
        String manifest =
                "[{\"Config\":\"abc.json\",\"RepoTags\":[\"app:2\",\"other:3\"],\"Layers\":[\"x/layer.tar\"]}]";
        byte[] tar = new TarBuilder()
                .file("real.tar", layer)
                .symlink("x/layer.tar", "../real.tar")
                .file("abc.json", image.configBytes())
                .file("manifest.json", manifest.getBytes(StandardCharsets.UTF_8))
                .bytes();
        Image loaded = load(Files.write(folder.resolve("saved.tar"), tar)).getFirst();
        assertEquals(List.of("docker.io/library/app:2", "docker.io/library/other:3"), loaded.repoTags());
        assertEquals(image.id(), loaded.id());
        assertEquals(List.of(), loaded.repoDigests());
    }

    @Test
    void whatIsNoArchiveOfImagesIsRefused() throws Exception {
        Path junk = Files.writeString(folder.resolve("junk"), "junk".repeat(500));
        Path other = Files.write(
                folder.resolve("other.tar"), new TarBuilder().file("a", "b").bytes());
        Path lacks = Files.write(
                folder.resolve("lacks.tar"),
                new TarBuilder()
                        .file("manifest.json", "[{\"Config\":\"c\",\"RepoTags\":null,\"Layers\":[]}]")
                        .bytes());
        for (Path file : List.of(junk, other, lacks, folder.resolve("missing"))) {
            var refused = assertThrows(ImageException.InvalidArchive.class, () -> load(file));
            assertTrue(refused.getMessage().contains(file.toString()), refused.getMessage());
        }
        assertEquals(List.of(), images.list());
    }

    @Test
    void aChangedBlobIsRefused() throws Exception {
        byte[] manifest = image.manifest();
        TarBuilder tar = new TarBuilder().file("index.json", layoutIndex(manifest));
        tar.file("blobs/sha256/" + Digest.of(manifest).hex(), manifest);
        image.blobs.forEach((digest, bytes) -> tar.file("blobs/sha256/" + digest.hex(), "changed"));
        Path file = Files.write(folder.resolve("layout.tar"), tar.bytes());
        assertThrows(ImageException.class, () -> load(file));
        assertEquals(List.of(), images.list());
    }
}
