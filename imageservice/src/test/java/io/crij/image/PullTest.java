package io.crij.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.image.layer.TarBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class PullTest {
    private static final Credentials NONE = new Credentials.Anonymous();

    @TempDir
    Path folder;

    private FakeRegistry registry;
    private Images images;
    private Path root;
    private Duration stall = Duration.ofSeconds(60);

    @BeforeEach
    void open() throws Exception {
        assumeTrue(ProcessHandle.current().info().user().orElse("").equals("root"), "needs root: layers have owners");
        registry = new FakeRegistry();
        root = folder.resolve("store");
        images = new Images(settings());
    }

    @AfterEach
    void close() {
        if (images != null) {
            images.close();
            registry.close();
        }
    }

    private ImageSettings settings() {
        return ImageSettings.of(root)
                .withRegistryConfig(List.of(folder.resolve("certs.d")))
                .withStallTimeout(stall)
                .withEnvironment(Map.of());
    }

    private static byte[] layer(String name, String content) {
        return new TarBuilder().folder("etc").file("etc/" + name, content).bytes();
    }

    private static TestImage small() {
        return new TestImage().layer(layer("a", "one")).layer(layer("b", "two")).config(it -> it.put("User", "1000"));
    }

    /// Random bytes, so that the packed layer is as large.
    private static TestImage large(int bytes) {
        byte[] content = new byte[bytes];
        new Random(7).nextBytes(content);
        return new TestImage().layer(new TarBuilder().file("large", content).bytes());
    }

    private Image pull(Reference reference) throws Exception {
        return images.pull(reference, NONE, PullListener.SILENT);
    }

    private <T extends ImageException> T refused(Class<T> kind, Reference reference) throws Exception {
        T refused = assertThrows(kind, () -> pull(reference));
        assertNothingLeft();
        return refused;
    }

    private void assertNothingLeft() throws Exception {
        assertEquals(List.of(), images.list());
        assertEquals(0, images.usage().bytes());
        for (int i = 0; i < 3000 && !staging().isEmpty(); i++) {
            Thread.sleep(20); // deleted by a thread of its own
        }
        assertEquals(List.of(), staging());
        assertEquals(List.of(), files("layers"));
        assertEquals(List.of(), files("blobs"));
    }

    private List<Path> staging() throws Exception {
        try (Stream<Path> all = Files.list(root.resolve("staging"))) {
            return all.toList();
        }
    }

    private List<Path> files(String name) throws Exception {
        if (!Files.exists(root.resolve(name))) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(root.resolve(name))) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void anImageIsPulledNamedAndFound() throws Exception {
        TestImage image = small();
        Reference reference = registry.push("library/app:1", image);
        Image pulled = pull(reference);
        assertEquals(image.id(), pulled.id());
        assertEquals(List.of(reference.toString()), pulled.repoTags());
        assertEquals(List.of(reference.name() + "@" + Digest.of(image.manifest())), pulled.repoDigests());
        assertEquals("1000", pulled.config().user());
        assertTrue(pulled.size() > 0);
        for (String name : List.of(
                pulled.id().toString(),
                pulled.id().hex(),
                pulled.id().hex().substring(0, 12),
                reference.toString(),
                pulled.repoDigests().getFirst())) {
            assertEquals(pulled.id(), images.find(name).orElseThrow().id(), name);
        }
        assertTrue(images.find("nothing").isEmpty());
    }

    @Test
    void layersLieTopMostFirst() throws Exception {
        Image image = pull(registry.push("app", small()));
        OverlayLayers overlay = images.snapshots().prepare("c1", image.id());
        assertEquals("two", Files.readString(overlay.lower().getFirst().resolve("etc/b")));
        assertEquals("one", Files.readString(overlay.lower().getLast().resolve("etc/a")));
    }

    @Test
    void theEntryOfAnIndexForThisMachineIsChosen() throws Exception {
        TestImage ours = small();
        TestImage other = new TestImage().architecture("s390x").layer(layer("x", "wrong"));
        byte[] index = TestImage.index(
                Map.of("s390x", other.manifest(), Platform.host().architecture(), ours.manifest()));
        registry.push("app:ours", ours);
        registry.push("app:other", other);
        Reference reference = registry.push("app:multi", ours, index, TestImage.OCI_INDEX);
        Image pulled = pull(reference);
        assertEquals(ours.id(), pulled.id());
        assertEquals(List.of(reference.name() + "@" + Digest.of(index)), pulled.repoDigests());
    }

    @Test
    void anIndexWithoutThisMachineIsRefused() throws Exception {
        TestImage other = new TestImage().architecture("s390x").layer(layer("x", "wrong"));
        registry.push("app:other", other);
        Reference reference =
                registry.push("app", other, TestImage.index(Map.of("s390x", other.manifest())), TestImage.OCI_INDEX);
        var refused = refused(ImageException.NoMatchingPlatform.class, reference);
        assertEquals(List.of(new Platform("linux", "s390x", "")), refused.available());
    }

    @Test
    void aManifestOfAForeignMachineIsRefused() throws Exception {
        refused(
                ImageException.NoMatchingPlatform.class,
                registry.push("app", new TestImage().architecture("s390x").layer(layer("x", ""))));
    }

    @Test
    void oneNameIsOneImage() throws Exception {
        Image first = pull(registry.push("app:1", small()));
        Image second = pull(registry.push("app:1", new TestImage().layer(layer("c", "three"))));
        assertEquals(List.of(), images.find(first.id().hex()).orElseThrow().repoTags());
        assertEquals(
                second.id(),
                images.find(second.repoTags().getFirst()).orElseThrow().id());
    }

    @Test
    void equalImagesHaveAllTheirNames() throws Exception {
        pull(registry.push("app:1", small()));
        Image image = pull(registry.push("app:2", small()));
        assertEquals(2, image.repoTags().size());
        images.remove(image.repoTags().getFirst());
        assertNothingLeft();
    }

    @Test
    void layersAreFetchedOnce() throws Exception {
        TestImage first = small();
        pull(registry.push("first", first));
        TestImage second = new TestImage().layer(layer("a", "one")).layer(layer("new", "x"));
        Reference reference = registry.push("second", second);
        registry.requests.clear();
        List<LayerProgress.State> states = new ArrayList<>();
        images.pull(reference, NONE, progress -> {
            synchronized (states) {
                states.add(progress.state());
            }
        });
        assertFalse(registry.requests.toString().contains(first.layerDigest(0).toString()));
        assertTrue(states.contains(LayerProgress.State.PRESENT));
        assertTrue(states.contains(LayerProgress.State.DONE));
    }

    @Test
    void aLayerThatComesTwiceIsMountedOnce() throws Exception {
        byte[] repeated = layer("a", "one");
        Image image = pull(registry.push(
                "app", new TestImage().layer(repeated).layer(layer("a", "two")).layer(repeated)));
        List<Path> lower = images.snapshots().prepare("c1", image.id()).lower();
        assertEquals(2, lower.size());
        assertEquals("one", Files.readString(lower.getFirst().resolve("etc/a")));
        assertEquals(3, image.diffIds().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "zstd"})
    void otherCompressionsWorkWhateverTheMediaTypeSays(String compression) throws Exception {
        byte[] tar = layer("a", "one");
        byte[] packed = compression.equals("plain") ? tar : com.github.luben.zstd.Zstd.compress(tar);
        Image image = pull(registry.push("app", new TestImage().layer(tar, packed, TestImage.OCI_LAYER)));
        assertEquals(1, image.diffIds().size());
    }

    @Test
    void foldersThatALayerLeavesOutKeepTheirOwner() throws Exception {
        byte[] below = new TarBuilder()
                .entry("tmp", '5', "", 01777, 3, 4, 1_500_000_000, 0, 0, new byte[0])
                .bytes();
        byte[] above = new TarBuilder().file("tmp/x", "").bytes();
        Image image = pull(registry.push("app", new TestImage().layer(below).layer(above)));
        Path top = images.snapshots().prepare("c1", image.id()).lower().getFirst();
        assertEquals(01777, (int) Files.getAttribute(top.resolve("tmp"), "unix:mode") & 07777);
        assertEquals(3, Files.getAttribute(top.resolve("tmp"), "unix:uid"));
    }

    @Test
    void aMissingImageIsNotFound() throws Exception {
        var refused = refused(ImageException.NotFound.class, Reference.parse(registry.address() + "/no/such:tag"));
        assertTrue(refused.getMessage().contains("/no/such:tag"), refused.getMessage());
    }

    @Test
    void aLayerThatIsNotWhatItsDigestSaysIsRefused() throws Exception {
        TestImage image = small();
        Reference reference = registry.push("app", image);
        byte[] other = TestImage.gzip(layer("a", "evil"));
        byte[] same = java.util.Arrays.copyOf(other, image.blobs.get(image.layerDigest(0)).length);
        registry.corrupt(image.layerDigest(0), same);
        var refused = refused(ImageException.DigestMismatch.class, reference);
        assertEquals(image.layerDigest(0), refused.expected());
    }

    @Test
    void aManifestThatIsNotWhatItsDigestSaysIsRefused() throws Exception {
        Reference reference = registry.push("app", small());
        Digest digest = Digest.of(new byte[] {1});
        registry.manifest("app", digest.toString(), TestImage.OCI_MANIFEST, small().manifest());
        refused(ImageException.DigestMismatch.class, Reference.parse(reference.name() + "@" + digest));
    }

    @Test
    void aLayerWithAnotherDiffIdIsRefused() throws Exception {
        byte[] tar = layer("a", "one");
        TestImage image = new TestImage().layer(tar, TestImage.gzip(layer("a", "two")), TestImage.OCI_LAYER);
        refused(ImageException.DigestMismatch.class, registry.push("app", image));
    }

    @Test
    void aTruncatedLayerIsRefused() throws Exception {
        TestImage image = large(100_000);
        Reference reference = registry.push("app", image);
        registry.corrupt(image.layerDigest(0), java.util.Arrays.copyOf(image.blobs.get(image.layerDigest(0)), 50_000));
        var refused = refused(ImageException.CorruptLayer.class, reference);
        assertTrue(refused.getMessage().contains("after 50000 of"), refused.getMessage());
    }

    @Test
    void aLayerThatIsNoArchiveIsRefused() throws Exception {
        byte[] junk = "this is no tar archive, ".repeat(100).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        refused(ImageException.CorruptLayer.class, registry.push("app", new TestImage().layer(junk)));
        byte[] cut = java.util.Arrays.copyOf(TestImage.gzip(layer("a", "x".repeat(5000))), 60);
        refused(
                ImageException.CorruptLayer.class,
                registry.push("app", new TestImage().layer(layer("a", ""), cut, TestImage.OCI_LAYER)));
    }

    @Test
    void aLayerThatClimbsOutIsRefusedWithItsEntry() throws Exception {
        byte[] evil = new TarBuilder().file("../../evil", "x").bytes();
        var refused = refused(ImageException.UnsafeLayer.class, registry.push("app", small().layer(evil)));
        assertEquals("../../evil", refused.entry());
    }

    @Test
    void unknownKindsOfManifestsAreRefused() throws Exception {
        byte[] manifest = small().manifest();
        var unknown = refused(
                ImageException.UnsupportedMediaType.class,
                registry.push(
                        "app",
                        small(),
                        new String(manifest, java.nio.charset.StandardCharsets.UTF_8)
                                .replace(TestImage.OCI_MANIFEST, "application/vnd.example+json")
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        "application/vnd.example+json"));
        assertEquals("application/vnd.example+json", unknown.mediaType());
        var old = refused(
                ImageException.UnsupportedMediaType.class,
                registry.push(
                        "app",
                        small(),
                        "{\"schemaVersion\":1,\"fsLayers\":[]}".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        "application/vnd.docker.distribution.manifest.v1+prettyjws"));
        assertTrue(old.getMessage().contains("schema 1"), old.getMessage());
        refused(
                ImageException.InvalidManifest.class,
                registry.push(
                        "app", small(), "[]".getBytes(java.nio.charset.StandardCharsets.UTF_8), "application/json"));
        refused(
                ImageException.UnsupportedMediaType.class,
                registry.push("app", small().lie(0, it -> it.put("mediaType", "application/vnd.cncf.helm.chart"))));
    }

    @Test
    void aBrokenConnectionIsResumedWhereItEnded() throws Exception {
        TestImage image = large(300_000);
        Reference reference = registry.push("app", image);
        registry.faultFor(3, image.layerDigest(0).toString(), registry.cutAfter(70_000));
        assertEquals(image.id(), pull(reference).id());
        assertTrue(registry.requests.toString().contains("bytes=70000-"), registry.requests.toString());
        assertTrue(registry.requests.toString().contains("bytes=210000-"), registry.requests.toString());
    }

    @Test
    void aConnectionThatAlwaysBreaksIsGivenUp() throws Exception {
        TestImage image = large(300_000);
        Reference reference = registry.push("app", image);
        registry.faultFor(1000, image.layerDigest(0).toString(), registry.cutAfter(0));
        refused(ImageException.RegistryUnavailable.class, reference);
    }

    private void stallAfter(Duration limit) throws Exception {
        images.close();
        stall = limit;
        images = new Images(settings());
    }

    @Test
    void aStallingRegistryIsGivenUp() throws Exception {
        stallAfter(Duration.ofSeconds(2));
        TestImage image = large(300_000);
        Reference reference = registry.push("app", image);
        registry.faultFor(1000, image.layerDigest(0).toString(), registry.stallAfter(0));
        var refused = refused(ImageException.Timeout.class, reference);
        assertEquals(Duration.ofSeconds(2), refused.after());
    }

    @Test
    void oneStallIsGotOver() throws Exception {
        stallAfter(Duration.ofSeconds(5));
        TestImage image = large(300_000);
        Reference reference = registry.push("app", image);
        registry.faultFor(1, image.layerDigest(0).toString(), registry.stallAfter(100_000));
        assertEquals(image.id(), pull(reference).id());
    }

    @Test
    void overloadIsWaitedOut() throws Exception {
        Reference reference = registry.push("app", small());
        registry.faultFor(2, "/manifests/", FakeRegistry.status(429, "Retry-After", "0"));
        registry.faultFor(2, "/blobs/", FakeRegistry.status(503));
        pull(reference);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 429, 500})
    void everyRefusalHasItsOwnException(int status) throws Exception {
        Reference reference = registry.push("app", small());
        registry.faultFor(1000, "/manifests/", FakeRegistry.status(status, "Retry-After", "0"));
        ImageException refused = refused(ImageException.class, reference);
        Class<?> kind = switch (status) {
            case 401 -> ImageException.Unauthorized.class;
            case 403 -> ImageException.Denied.class;
            case 404 -> ImageException.NotFound.class;
            case 429 -> ImageException.RateLimited.class;
            default -> ImageException.RegistryUnavailable.class;
        };
        assertInstanceOf(kind, refused);
        assertTrue(refused.getMessage().contains(registry.address()), refused.getMessage());
    }

    @Test
    void aRegistryThatIsNotThereIsUnavailable() throws Exception {
        String address = registry.address();
        registry.close();
        var refused = refused(ImageException.RegistryUnavailable.class, Reference.parse(address + "/app"));
        assertEquals(address, refused.host());
    }

    @Test
    void aCancelledPullLeavesNothing() throws Exception {
        TestImage image = large(300_000);
        Reference reference = registry.push("app", image);
        CountDownLatch stalled = new CountDownLatch(1);
        registry.faultFor(1000, image.layerDigest(0).toString(), exchange -> {
            stalled.countDown();
            return registry.stallAfter(100_000).answer(exchange);
        });
        AtomicReference<Throwable> outcome = new AtomicReference<>();
        Thread puller = Thread.ofVirtual().start(() -> {
            try {
                pull(reference);
            } catch (Exception e) {
                outcome.set(e);
            }
        });
        assertTrue(stalled.await(60, TimeUnit.SECONDS));
        puller.interrupt();
        puller.join();
        assertInstanceOf(InterruptedException.class, outcome.get());
        assertNothingLeft();
    }

    @Test
    void pullsWithOtherCredentialsAreNotShared() throws Exception {
        Reference reference = registry.push("app", small());
        registry.fault(
                exchange -> "Basic dTpw".equals(exchange.getRequestHeaders().getFirst("Authorization"))
                        ? false
                        : FakeRegistry.status(401, "WWW-Authenticate", "Basic realm=\"x\"")
                                .answer(exchange));
        images.pull(reference, new Credentials.Password("u", "p"), PullListener.SILENT);
        assertThrows(ImageException.Unauthorized.class, () -> pull(reference));
        assertThrows(
                ImageException.Unauthorized.class,
                () -> images.pull(reference, new Credentials.Password("u", "wrong"), PullListener.SILENT));
    }

    private Digest uncheckedPull(Reference reference) {
        try {
            return pull(reference).id();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void concurrentRemovalsAllSucceed() throws Exception {
        Image image = pull(registry.push("app", small()));
        List<CompletableFuture<Void>> removals = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            removals.add(CompletableFuture.runAsync(() -> {
                try {
                    images.remove(image.id().toString());
                } catch (ImageException e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        for (CompletableFuture<Void> removal : removals) {
            removal.get();
        }
        images.remove("sha256:" + "0".repeat(64));
        assertNothingLeft();
    }

    @Test
    void pullsAndRemovalsAtTheSameTimeLeaveWholeImagesOnly() throws Exception {
        Reference reference = registry.push("app", small());
        List<CompletableFuture<Void>> work = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            boolean removes = i % 2 == 0;
            work.add(CompletableFuture.runAsync(() -> {
                for (int j = 0; j < 15; j++) {
                    try {
                        if (removes) {
                            images.remove(reference.toString());
                        } else {
                            pull(reference);
                        }
                    } catch (ImageException.NotFound e) {
                        // removed while it was pulled
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }
            }));
        }
        for (CompletableFuture<Void> one : work) {
            one.get();
        }
        Image image = pull(reference);
        assertEquals(2, images.snapshots().prepare("c", image.id()).lower().size());
        images.snapshots().remove("c");
        images.remove(reference.toString());
        assertNothingLeft();
    }

    @Test
    void aContainerKeepsTheLayersOfARemovedImage() throws Exception {
        Image image = pull(registry.push("app", small()));
        OverlayLayers overlay = images.snapshots().prepare("c1", image.id());
        images.remove(image.id().toString());
        assertTrue(images.list().isEmpty());
        assertTrue(Files.exists(overlay.lower().getFirst().resolve("etc/b")));
        images.close();
        images = new Images(settings());
        assertEquals(overlay, images.snapshots().find("c1").orElseThrow());
        assertTrue(Files.exists(overlay.lower().getFirst().resolve("etc/b")));
        images.snapshots().remove("c1");
        assertNothingLeft();
    }

    @Test
    void pinnedNamesPinTheirImage() throws Exception {
        images.close();
        images = new Images(settings().withPinned(java.util.Set.of(registry.address() + "/app*")));
        assertTrue(pull(registry.push("app:1", small())).pinned());
        assertFalse(pull(registry.push("other", new TestImage().layer(layer("z", ""))))
                .pinned());
    }

    @Test
    void aFailedFutureIsNotKept() throws Exception {
        Reference reference = registry.push("app", small());
        registry.faultFor(1, "/manifests/", FakeRegistry.status(403));
        assertThrows(ImageException.Denied.class, () -> pull(reference));
        CompletableFuture<Digest> again = CompletableFuture.supplyAsync(() -> uncheckedPull(reference));
        try {
            assertEquals(small().id(), again.get());
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
    }
}
