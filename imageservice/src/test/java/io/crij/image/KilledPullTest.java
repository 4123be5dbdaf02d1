package io.crij.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.image.layer.TarBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// SIGKILL at any moment of pulls and removals.
@Timeout(600)
class KilledPullTest {
    private static final int KILLS = 8;
    private static final int FILES = 150;

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

    /// What is killed: pulls and removes images for ever.
    public static final class Victim {
        public static void main(String[] args) throws Exception {
            ImageSettings settings = ImageSettings.of(Path.of(args[0])).withEnvironment(Map.of());
            try (Images images = new Images(settings)) {
                for (int i = 0; ; i++) {
                    Reference reference = Reference.parse(args[1 + i % (args.length - 1)]);
                    System.out.println("pull " + reference);
                    Image image = images.pull(reference, new Credentials.Anonymous(), PullListener.SILENT);
                    images.snapshots().prepare("c" + i % 3, image.id());
                    System.out.println("remove " + reference);
                    images.snapshots().remove("c" + (i + 1) % 3);
                    images.remove(image.id().toString());
                }
            }
        }
    }

    private static TestImage image(int number) {
        TarBuilder shared = new TarBuilder().folder("shared");
        TarBuilder own = new TarBuilder().folder("own");
        for (int i = 0; i < FILES; i++) {
            shared.file("shared/" + i, "shared".repeat(500));
            own.file("own/" + i, ("image " + number).repeat(200));
        }
        return new TestImage()
                .layer(shared.bytes())
                .layer(own.bytes())
                .layer(new TarBuilder().file("implicit/x", "x" + number).bytes());
    }

    private Process victim(List<String> references) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                store.root.toString()));
        command.addAll(references);
        return new ProcessBuilder(command)
                .redirectError(folder.resolve("victim.err").toFile())
                .start();
    }

    @Test
    void theStoreIsWholeAfterwards() throws Exception {
        List<String> references = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            references.add(store.registry.push("app" + i, image(i)).toString());
        }
        Random random = new Random(11);
        for (int kill = 0; kill < KILLS; kill++) {
            store.images().close();
            Process victim = victim(references);
            try (BufferedReader out = victim.inputReader()) {
                int lines = random.nextInt(1, 8);
                for (int i = 0; i < lines; i++) {
                    assertTrue(out.readLine() != null, Files.readString(folder.resolve("victim.err")));
                }
                Thread.sleep(random.nextInt(120)); // the moment is what varies
            } finally {
                victim.destroyForcibly();
                victim.waitFor();
            }
            store.restart();
            assertWhole(references);
        }
        for (String container : store.images().snapshots().list()) {
            store.images().snapshots().remove(container);
        }
        for (Image image : store.images().list()) {
            store.images().remove(image.id().toString());
        }
        store.assertNothingLeft();
    }

    private void assertWhole(List<String> references) throws Exception {
        store.assertNothingHalf();
        Set<Path> used = new TreeSet<>();
        for (Image image : store.images().list()) {
            used.addAll(assertWhole(image));
        }
        for (String container : store.images().snapshots().list()) {
            used.addAll(store.images().snapshots().find(container).orElseThrow().lower());
        }
        Set<Path> there = new TreeSet<>();
        try (Stream<Path> all = Files.list(store.root.resolve("layers"))) {
            all.forEach(it -> there.add(it.resolve("fs")));
        }
        assertEquals(there, used, "layers that nobody uses, or that are missing");
        assertWhole(store.pull(Reference.parse(references.getFirst())));
    }

    private List<Path> assertWhole(Image image) throws Exception {
        List<Path> lower =
                store.images().snapshots().prepare("look", image.id()).lower();
        store.images().snapshots().remove("look");
        String own = Files.readString(lower.getFirst().resolve("implicit/x")).replace("x", "image ");
        for (int i = 0; i < FILES; i++) {
            assertEquals("shared".repeat(500), Files.readString(lower.getLast().resolve("shared/" + i)));
            assertEquals(own.repeat(200), Files.readString(lower.get(1).resolve("own/" + i)));
        }
        return lower;
    }
}
