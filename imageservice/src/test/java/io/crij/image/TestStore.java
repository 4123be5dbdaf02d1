package io.crij.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.image.layer.TarBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/// A store and a registry that it pulls from.
final class TestStore implements AutoCloseable {
    static final Credentials NONE = new Credentials.Anonymous();

    final FakeRegistry registry;
    final Path root;
    private final Path folder;
    private Images images;

    /// @param folder empty
    TestStore(Path folder) throws Exception {
        this(folder, folder.resolve("store"));
    }

    TestStore(Path folder, Path root) throws Exception {
        assumeTrue(ProcessHandle.current().info().user().orElse("").equals("root"), "needs root: layers have owners");
        this.folder = folder;
        this.root = root;
        registry = new FakeRegistry();
        images = new Images(settings());
    }

    ImageSettings settings() {
        return ImageSettings.of(root)
                .withRegistryConfig(List.of(folder.resolve("certs.d")))
                .withStallTimeout(Duration.ofSeconds(60))
                .withEnvironment(Map.of());
    }

    Images images() {
        return images;
    }

    /// As a server that ends and starts.
    void restart() throws Exception {
        restart(settings());
    }

    void restart(ImageSettings settings) throws Exception {
        images.close();
        images = new Images(settings);
    }

    Image pull(Reference reference) throws Exception {
        return images.pull(reference, NONE, PullListener.SILENT);
    }

    /// A pull that must fail, and leaves nothing.
    <T extends ImageException> T refused(Class<T> kind, Reference reference) throws Exception {
        T refused = assertThrows(kind, () -> pull(reference));
        assertNothingLeft();
        return refused;
    }

    /// No image, no file, no thread.
    void assertNothingLeft() throws Exception {
        assertEquals(List.of(), images.list());
        assertEquals(0, images.usage().bytes());
        assertNothingHalf();
        assertEquals(List.of(), files("layers"));
        assertEquals(List.of(), files("blobs"));
        assertEquals(List.of(), files("images"));
    }

    /// Nothing that a pull works with is there any more.
    void assertNothingHalf() throws Exception {
        for (int i = 0; i < 3000 && !list("staging").isEmpty(); i++) {
            Thread.sleep(20); // deleted by a thread of its own
        }
        assertEquals(List.of(), list("staging"));
        for (int i = 0; i < 3000 && !pullThreads().isEmpty(); i++) {
            Thread.sleep(20); // has nothing to do any more, but has not ended yet
        }
        assertEquals(List.of(), pullThreads());
    }

    static List<String> pullThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(it -> it.startsWith("layer-"))
                .toList();
    }

    private List<Path> list(String name) throws Exception {
        try (Stream<Path> all = Files.list(root.resolve(name))) {
            return all.toList();
        }
    }

    List<Path> files(String name) throws Exception {
        if (!Files.exists(root.resolve(name))) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(root.resolve(name))) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    /// A layer that describes its folders.
    static byte[] layer(String name, String content) {
        return new TarBuilder().folder("etc").file("etc/" + name, content).bytes();
    }

    static TestImage small() {
        return new TestImage().layer(layer("a", "one")).layer(layer("b", "two")).config(it -> it.put("User", "1000"));
    }

    /// Random bytes, so that the packed layer is as large.
    static TestImage large(int bytes) {
        byte[] content = new byte[bytes];
        new Random(7).nextBytes(content);
        return new TestImage().layer(new TarBuilder().file("large", content).bytes());
    }

    @Override
    public void close() {
        images.close();
        registry.close();
    }
}
