package io.crij.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.image.layer.TarBuilder;
import io.crij.linux.Directory;
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

/// What the store makes of its folder after a crash, a power cut, or a person's hand; and of a disk that is full.
@Timeout(300)
class StoreOnDiskTest {
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

    private Path record(Image image) {
        return store.root.resolve("images/" + image.id().hex() + ".json");
    }

    private Path lowest(Image image) throws Exception {
        Path layer =
                store.images().snapshots().prepare("look", image.id()).lower().getLast();
        store.images().snapshots().remove("look");
        return layer;
    }

    @Test
    void imagesAreThereAfterARestart() throws Exception {
        TestImage annotated = TestStore.small().annotation("org.example.note", "kept");
        Image image = store.pull(store.registry.push("app", annotated));
        store.restart();
        assertEquals(List.of(image), store.images().list());
        assertEquals("kept", image.annotations().get("org.example.note"));
    }

    @Test
    void onlyOneProcessUsesAStore() {
        assertThrows(ImageException.StoreFailed.class, () -> new Images(store.settings()));
    }

    @Test
    void whatAKilledProcessLeftIsRemovedAtTheNextStart() throws Exception {
        Image image = store.pull(store.registry.push("app", TestStore.small()));
        Path root = store.root;
        Path half = Files.createDirectories(root.resolve("staging/abc/fs/etc"));
        Files.writeString(half.resolve("x"), "half");
        Path unnamed = Files.createDirectories(root.resolve("layers/77/fs"));
        Files.writeString(
                unnamed.resolveSibling("layer.json"), "{\"version\":1,\"key\":\"diff-x\",\"bytes\":1,\"inodes\":1}");
        Files.createDirectories(root.resolve("layers/78/fs"));
        Files.writeString(root.resolve("images/" + "0".repeat(64) + ".json"), "{\"version\":");
        Files.writeString(root.resolve("blobs/sha256/" + "1".repeat(64)), "unreferenced");
        Files.createDirectories(root.resolve("snapshots/half/fs"));
        store.restart();
        assertEquals(List.of(image), store.images().list());
        assertFalse(Files.exists(unnamed));
        assertFalse(Files.exists(root.resolve("layers/78")));
        assertFalse(Files.exists(root.resolve("snapshots/half")));
        assertFalse(Files.exists(root.resolve("blobs/sha256/" + "1".repeat(64))));
        store.images().remove(image.id().toString());
        store.assertNothingLeft();
    }

    @Test
    void anImageOfAnotherBootThatMayNotBeOnTheDiskIsRemoved() throws Exception {
        Image image = store.pull(store.registry.push("app", TestStore.small()));
        String written = Files.readString(record(image));
        String ofAnotherBoot = written.replaceFirst("\"unsyncedBoot\":[^}]*", "\"unsyncedBoot\":\"another\"");
        assertFalse(written.equals(ofAnotherBoot), written);
        store.close();
        Files.writeString(record(image), ofAnotherBoot);
        store = new TestStore(folder);
        store.assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "null", "[]", "{\"version\":1}", "{\"version\":1,\"id\":\"sha256:12\"}", "\0\0\0\0"})
    void aTornRecordCostsItsImageOnly(String torn) throws Exception {
        Image kept = store.pull(store.registry.push("kept", new TestImage().layer(TestStore.layer("k", "kept"))));
        Reference reference = store.registry.push("app", TestStore.small());
        Image image = store.pull(reference);
        store.images().close();
        Files.writeString(record(image), torn);
        store.restart();
        assertEquals(List.of(kept), store.images().list());
        assertEquals(image.id(), store.pull(reference).id());
        store.images().remove(image.id().toString());
        store.images().remove(kept.id().toString());
        store.assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a layer", "a layer's files", "a layer's record", "the configuration"})
    void anImageThatLostAPartIsPulledAgain(String lost) throws Exception {
        Reference reference = store.registry.push("app", TestStore.small());
        Image image = store.pull(reference);
        Path files = lowest(image);
        switch (lost) {
            case "a layer" -> Directory.deleteTree(files.getParent().toString());
            case "a layer's files" -> Directory.deleteTree(files.toString());
            case "a layer's record" -> Files.writeString(files.resolveSibling("layer.json"), "{");
            default ->
                Files.writeString(
                        store.root.resolve("blobs/sha256/" + image.id().hex()), "other");
        }
        store.restart();
        assertEquals(List.of(), store.images().list());
        store.assertNothingLeft();
        assertEquals(image.id(), store.pull(reference).id());
        assertEquals("one", Files.readString(lowest(image).resolve("etc/a")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a layer", "a layer's files"})
    void aLayerThatIsRemovedByHandIsToldAndMendedByAPull(String lost) throws Exception {
        Reference reference = store.registry.push("app", TestStore.small());
        Image image = store.pull(reference);
        Image other = store.pull(store.registry.push("other", TestStore.small().config(it -> it.put("User", "5"))));
        Path files = lowest(image);
        Directory.deleteTree((lost.equals("a layer") ? files.getParent() : files).toString());
        var told = assertThrows(
                ImageException.NotFound.class, () -> store.images().snapshots().prepare("c", image.id()));
        assertTrue(told.getMessage().contains(files.toString()), told.getMessage());
        store.pull(reference);
        assertEquals("one", Files.readString(lowest(other).resolve("etc/a")));
        store.restart();
        assertEquals(2, store.images().list().size());
        store.images().remove(image.id().toString());
        store.images().remove(other.id().toString());
        store.assertNothingLeft();
    }

    private static void mountTmpfs(Path at, String options) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("mount", "-t", "tmpfs", "-o", options, "none", at.toString())
                        .start()
                        .waitFor());
    }

    /// A store on a file system of its own.
    private void onTmpfs(String options, Body body) throws Exception {
        store.close();
        Path memory = Files.createDirectory(folder.resolve("tmpfs"));
        mountTmpfs(memory, options);
        try {
            store = new TestStore(folder, memory.resolve("store"));
            body.run();
            store.images().close();
        } finally {
            new ProcessBuilder("umount", "-l", memory.toString()).start().waitFor();
        }
    }

    @FunctionalInterface
    private interface Body {
        void run() throws Exception;
    }

    @Test
    void contentThatHasReachedTheDiskIsMarked() throws Exception {
        onTmpfs("size=4m", () -> {
            Image image = store.pull(store.registry.push("app", TestStore.small()));
            store.images().close(); // waits for the disk, which is memory here
            assertTrue(Files.readString(record(image)).contains("\"unsyncedBoot\":null"));
        });
    }

    @Test
    void aFullDiskIsToldAndCleaned() throws Exception {
        onTmpfs("size=256k", () -> {
            var refused =
                    store.refused(ImageException.NoSpace.class, store.registry.push("app", TestStore.large(2_000_000)));
            assertTrue(refused.getMessage().contains("no space left"), refused.getMessage());
        });
    }

    @Test
    void aDiskWithoutInodesIsToldAndCleaned() throws Exception {
        TarBuilder many = new TarBuilder();
        for (int i = 0; i < 300; i++) {
            many.file("file" + i, "");
        }
        onTmpfs("nr_inodes=200", () -> {
            var refused = store.refused(
                    ImageException.NoSpace.class, store.registry.push("app", new TestImage().layer(many.bytes())));
            assertTrue(refused.getMessage().contains("no inode"), refused.getMessage());
        });
    }

    @Test
    void aFullDiskHurtsNoImageThatIsThere() throws Exception {
        onTmpfs("size=1m", () -> {
            Image there = store.pull(store.registry.push("there", TestStore.small()));
            Reference large = store.registry.push("large", TestStore.large(2_000_000));
            assertThrows(ImageException.NoSpace.class, () -> store.pull(large));
            store.assertNothingHalf();
            assertEquals(List.of(there), store.images().list());
            assertEquals("one", Files.readString(lowest(there).resolve("etc/a")));
        });
    }
}
