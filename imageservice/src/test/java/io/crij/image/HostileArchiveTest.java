package io.crij.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.image.layer.TarBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Archives to import that come from a stranger.
@Timeout(300)
class HostileArchiveTest {
    private static final String ONE_LAYER = "[{\"Config\":\"c.json\",\"RepoTags\":[\"app:1\"],\"Layers\":[\"layer\"]}]";

    @TempDir
    Path folder;

    private TestStore store;
    private final byte[] layer = TestStore.layer("a", "one");
    private final TestImage image = new TestImage().layer(layer);

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

    private List<Image> load(TarBuilder tar) throws Exception {
        Path file = Files.write(folder.resolve("archive.tar"), tar.bytes());
        return store.images().importArchive(file, PullListener.SILENT);
    }

    private void refused(TarBuilder tar) throws Exception {
        ImageException refused = assertThrows(ImageException.class, () -> load(tar));
        assertFalse(refused.getMessage().isEmpty());
        store.assertNothingLeft();
    }

    private TarBuilder saved(String manifest) {
        return new TarBuilder()
                .file("c.json", image.configBytes())
                .file("manifest.json", manifest.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void severalImagesComeOutOfOneCompressedArchive() throws Exception {
        TestImage second = new TestImage().layer(TestStore.layer("b", "two"));
        TarBuilder tar = new TarBuilder()
                .file("c1.json", image.configBytes())
                .file("c2.json", second.configBytes())
                .file("1/layer.tar", layer)
                .file("2/layer.tar", TestStore.layer("b", "two"))
                .file("manifest.json", """
                    [{"Config":"c1.json","RepoTags":["one:1"],"Layers":["1/layer.tar"]},
                     {"Config":"c2.json","RepoTags":["two:1"],"Layers":["2/layer.tar"]}]\
                    """);
        Path file = Files.write(folder.resolve("saved.tar.gz"), TestImage.gzip(tar.bytes()));
        List<Image> loaded = store.images().importArchive(file, PullListener.SILENT);
        assertEquals(
                List.of(image.id(), second.id()), loaded.stream().map(Image::id).toList());
        assertEquals(second.id(), store.images().find("two:1").orElseThrow().id());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../secret", "/secret", "a/../../secret", "./../secret"})
    void namesThatClimbOutAreNeverNamesOnTheDisk(String name) throws Exception {
        Files.writeString(folder.resolve("secret"), "host");
        refused(saved(ONE_LAYER.replace("layer", name)));
        refused(saved(ONE_LAYER).symlink("layer", name));
        refused(saved(ONE_LAYER).hardLink("layer", name));
        refused(saved(ONE_LAYER.replace("c.json", name)).file("layer", layer));
        assertEquals("host", Files.readString(folder.resolve("secret")));
    }

    @Test
    void aFileWithSuchANameIsAFileOfTheArchive() throws Exception {
        assertEquals(
                image.id(),
                load(saved(ONE_LAYER.replace("\"layer\"", "\"../layer\"")).file("../layer", layer))
                        .getFirst()
                        .id());
        assertFalse(Files.exists(folder.resolve("layer")));
    }

    @Test
    void linksInACircleLeadNowhere() throws Exception {
        refused(saved(ONE_LAYER).symlink("layer", "b").symlink("b", "layer"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "null",
                "[null]",
                "[[]]",
                "[{\"Config\":5,\"Layers\":[{}]}]",
                "[{\"Config\":\"c.json\",\"RepoTags\":[\"NOT A NAME\"],\"Layers\":[\"layer\"]}]",
                "[{\"Config\":\"c.json\",\"RepoTags\":[\"app:1\"],\"Layers\":[\"layer\",\"layer\"]}]",
                "[{\"Config\":\"layer\",\"RepoTags\":[\"app:1\"],\"Layers\":[\"c.json\"]}]",
                "[{\"Config\":\"manifest.json\",\"Layers\":[]}]"
            })
    void whatTheManifestSaysIsNotTrusted(String manifest) throws Exception {
        refused(saved(manifest).file("layer", layer));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"manifests\":[{}]}",
                "{\"manifests\":[null]}",
                "{\"manifests\":\"x\"}",
                "{\"manifests\":[{\"digest\":\"sha256:../../../secret\",\"size\":1}]}",
                "{\"manifests\":[{\"digest\":\"sha256:"
                        + "0000000000000000000000000000000000000000000000000000000000000000\",\"size\":1}]}"
            })
    void whatTheIndexSaysIsNotTrusted(String index) throws Exception {
        refused(new TarBuilder().file("index.json", index));
    }

    @Test
    void aLayerThatClimbsOutIsRefusedHereToo() throws Exception {
        byte[] evil = new TarBuilder().file("../../evil", "x").bytes();
        TestImage hostile = new TestImage().layer(evil);
        TarBuilder tar = new TarBuilder()
                .file("c.json", hostile.configBytes())
                .file("layer", evil)
                .file("manifest.json", ONE_LAYER);
        assertThrows(ImageException.UnsafeLayer.class, () -> load(tar));
        store.assertNothingLeft();
    }

    @Test
    void aLayoutFolderWithLinksToTheHostIsReadAsItIsButNothingIsWrittenThroughThem() throws Exception {
        byte[] manifest = image.manifest();
        Path blobs = Files.createDirectories(folder.resolve("layout/blobs/sha256"));
        Path outside = Files.writeString(folder.resolve("outside"), "host");
        Files.createSymbolicLink(blobs.resolve(Digest.of(manifest).hex()), outside);
        Files.writeString(
                folder.resolve("layout/index.json"),
                "{\"manifests\":[{\"digest\":\"" + Digest.of(manifest) + "\",\"size\":" + manifest.length + "}]}");
        assertThrows(
                ImageException.DigestMismatch.class,
                () -> store.images().importArchive(folder.resolve("layout"), PullListener.SILENT));
        assertEquals("host", Files.readString(outside));
        store.assertNothingLeft();
    }

    @Test
    void aCutArchiveIsRefused() throws Exception {
        byte[] whole = saved(ONE_LAYER).file("layer", layer).bytes();
        for (int length : new int[] {1, 511, 700, 1024, 1600, whole.length / 2}) {
            Path file = Files.write(folder.resolve("cut.tar"), java.util.Arrays.copyOf(whole, length));
            var refused = assertThrows(
                    ImageException.InvalidArchive.class, () -> store.images().importArchive(file, PullListener.SILENT));
            assertTrue(refused.getMessage().contains(file.toString()), refused.getMessage());
        }
        store.assertNothingLeft();
    }
}
