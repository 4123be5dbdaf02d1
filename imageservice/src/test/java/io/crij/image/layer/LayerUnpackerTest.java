package io.crij.image.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.image.Digest;
import io.crij.image.ImageException;
import io.crij.image.ImageException.UnsafeLayer;
import io.crij.linux.At;
import io.crij.linux.Directory;
import io.crij.linux.Fd;
import io.crij.linux.Stat;
import io.crij.linux.Xattr;
import io.crij.linux.abi.FileFlags;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerUnpackerTest {
    private static final Digest LAYER = Digest.of(new byte[0]);

    @TempDir
    Path folder;

    private Path root;

    @BeforeEach
    void needsRoot() throws Exception {
        assumeTrue(ProcessHandle.current().info().user().orElse("").equals("root"), "needs root: owners, devices");
        root = Files.createDirectory(folder.resolve("root"));
    }

    private UnpackedLayer unpack(TarBuilder tar) throws Exception {
        return unpack(tar.bytes(), root);
    }

    private static UnpackedLayer unpack(byte[] tar, Path root) throws Exception {
        try (Fd fd = Fd.open(root.toString(), FileFlags.O_RDONLY | FileFlags.O_DIRECTORY)) {
            return new LayerUnpacker(new ByteArrayInputStream(tar), fd, 0022).unpack();
        } catch (EntryFailed e) {
            throw e.explained(LAYER, root);
        }
    }

    private Stat stat(String name) throws Exception {
        return At.stat(Fd.CWD, root.resolve(name).toString());
    }

    @Test
    void filesHaveContentOwnerModeAndTime() throws Exception {
        unpack(new TarBuilder()
                .entry("bin/", '5', "", 01777, 5, 6, 1_500_000_000, 0, 0, new byte[0])
                .pax("mtime", "1500000000.123456789")
                .entry("bin/su", '0', "", 04755, 1000, 2000, 0, 0, 0, "program".getBytes(StandardCharsets.UTF_8)));
        Stat file = stat("bin/su");
        assertEquals(04755, file.permissions());
        assertEquals(1000, file.uid());
        assertEquals(2000, file.gid());
        assertEquals(1_500_000_000, file.modifiedSeconds());
        assertEquals(123_456_789, file.modifiedNanos());
        assertEquals("program", Files.readString(root.resolve("bin/su")));
        assertEquals(01777, stat("bin").permissions());
        assertEquals(5, stat("bin").uid());
        assertEquals(
                1_500_000_000, stat("bin").modifiedSeconds(), "a file made later must not change the folder's time");
    }

    @Test
    void whiteoutsBecomeCharacterDevices() throws Exception {
        unpack(new TarBuilder().folder("etc").file("etc/.wh.gone", "").file(".wh.top", ""));
        assertTrue(stat("etc/gone").isCharDevice());
        assertEquals(
                0,
                stat("etc/gone").specialDevice().major()
                        + stat("etc/gone").specialDevice().minor());
        assertTrue(stat("top").isCharDevice());
    }

    @Test
    void opaqueFoldersAreMarkedForOverlayfs() throws Exception {
        unpack(new TarBuilder().folder("etc").file("etc/.wh..wh..opq", "").file("etc/new", "x"));
        assertEquals("y", opaque("etc"));
        assertFalse(Files.exists(root.resolve("etc/.wh..wh..opq"), LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void aNewFolderOverAWhiteoutIsOpaque() throws Exception {
        unpack(new TarBuilder()
                .file(".wh.a", "")
                .folder("a")
                .folder("b")
                .file("b/x", "")
                .file(".wh.b", ""));
        assertEquals("y", opaque("a"));
        assertEquals("y", opaque("b"));
        assertTrue(Files.exists(root.resolve("b/x")));
    }

    private String opaque(String name) throws Exception {
        try (Fd fd = Fd.open(root.resolve(name).toString(), FileFlags.O_RDONLY)) {
            return new String(Xattr.get(fd, "trusted.overlay.opaque").orElse(new byte[0]), StandardCharsets.UTF_8);
        }
    }

    @Test
    void linksDevicesAndPipesAreMade() throws Exception {
        unpack(new TarBuilder()
                .file("a", "same")
                .hardLink("b", "a")
                .hardLink("c", "/a")
                .symlink("l", "/etc/shadow")
                .entry("null", '3', "", 0666, 0, 0, 0, 1, 3, new byte[0])
                .entry("disk", '4', "", 0660, 0, 6, 0, 259, 70000, new byte[0])
                .entry("pipe", '6', "", 0600, new byte[0]));
        assertEquals(stat("a").inode(), stat("b").inode());
        assertEquals(3, stat("c").links());
        assertEquals("/etc/shadow", Files.readSymbolicLink(root.resolve("l")).toString());
        assertTrue(stat("null").isCharDevice());
        assertEquals(0666, stat("null").permissions());
        assertEquals(259, stat("disk").specialDevice().major());
        assertEquals(70000, stat("disk").specialDevice().minor());
        assertTrue(stat("pipe").isFifo());
    }

    @Test
    void attributesAreKeptExceptThoseThatSteerTheOverlay() throws Exception {
        byte[] capability = {1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        unpack(new TarBuilder()
                .pax("SCHILY.xattr.security.capability", capability)
                .pax("SCHILY.xattr.user.note", "x")
                .pax("SCHILY.xattr.trusted.overlay.redirect", "/etc")
                .entry("ping", '0', "", 0755, 10, 10, 0, 0, 0, new byte[0]));
        try (Fd fd = Fd.open(root.resolve("ping").toString(), FileFlags.O_RDONLY)) {
            assertArrayEquals(capability, Xattr.get(fd, "security.capability").orElseThrow());
            assertTrue(Xattr.get(fd, "user.note").isPresent());
            assertTrue(Xattr.get(fd, "trusted.overlay.redirect").isEmpty());
        }
    }

    @Test
    void sparseFilesKeepTheirHoles() throws Exception {
        unpack(new TarBuilder()
                .pax("GNU.sparse.map", "1048576,4,9000000,4")
                .pax("GNU.sparse.size", "10000000")
                .pax("GNU.sparse.name", "holes")
                .file("GNUSparseFile.1/holes", "1234abcd"));
        Stat file = stat("holes");
        assertEquals(10_000_000, file.size());
        assertTrue(file.blocks() * 512 < 100_000);
        byte[] all = Files.readAllBytes(root.resolve("holes"));
        assertEquals('1', all[1_048_576]);
        assertEquals('d', all[9_000_003]);
    }

    @Test
    void missingFoldersAreMadeAndReported() throws Exception {
        UnpackedLayer layer = unpack(new TarBuilder().file("a/b/c", "x").folder("a"));
        assertEquals(List.of("a/b"), layer.implicit());
    }

    @Test
    void aLaterEntryReplacesAnEarlierOne() throws Exception {
        unpack(new TarBuilder()
                .file("a", "old")
                .file("a", "new")
                .folder("d")
                .file("d/x", "")
                .symlink("d", "a")
                .symlink("s", "/etc/hostname")
                .file("s", "mine"));
        assertEquals("new", Files.readString(root.resolve("a")));
        assertTrue(stat("d").isSymlink());
        assertTrue(stat("s").isRegular());
    }

    @Test
    void theRootFolderHasItsOwnEntry() throws Exception {
        UnpackedLayer layer = unpack(new TarBuilder()
                .entry("./", '5', "", 0700, 7, 8, 0, 0, 0, new byte[0])
                .file("./a", ""));
        assertEquals(new UnpackedLayer.RootAttributes(0700, 7, 8), layer.root().orElseThrow());
    }

    /// What is there when another entry of the name comes.
    @ParameterizedTest
    @ValueSource(strings = {"folder", "file", "link", "device", "whiteout"})
    void anEntryOfAnotherKindTakesTheNameWhateverHadIt(String before) throws Exception {
        for (char type : new char[] {'0', '2', '3', '5', '6'}) {
            Path layer = Files.createDirectory(folder.resolve(before + type));
            Path outside = Files.createDirectories(folder.resolve("outside/d"));
            TarBuilder tar = switch (before) {
                case "folder" -> new TarBuilder().folder("a").folder("a/d").file("a/d/x", "old");
                case "file" -> new TarBuilder().file("a", "old");
                case "link" -> new TarBuilder().symlink("a", outside.toString());
                case "device" -> new TarBuilder().entry("a", '3', "", 0600, 0, 0, 0, 1, 3, new byte[0]);
                default -> new TarBuilder().file(".wh.a", "");
            };
            tar.entry("a", type, type == '2' ? "target" : "", 0700, 3, 4, 5, 1, 3, new byte[0]);
            unpack(tar.bytes(), layer);
            Stat stat = At.stat(Fd.CWD, layer.resolve("a").toString());
            assertTrue(
                    switch (type) {
                        case '0' -> stat.isRegular();
                        case '2' -> stat.isSymlink();
                        case '3' -> stat.isCharDevice() && stat.specialDevice().minor() == 3;
                        case '5' -> stat.isDirectory();
                        default -> stat.isFifo();
                    },
                    before + " then " + type);
            assertEquals(3, stat.uid());
            assertTrue(Files.isDirectory(outside));
        }
    }

    @Test
    void nothingIsWrittenToADeviceOrPipeOfTheLayer() throws Exception {
        refused(
                new TarBuilder()
                        .entry("null", '3', "", 0666, 0, 0, 0, 1, 3, new byte[0])
                        .file("null/x", "x"),
                "null/x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "a/../../evil", "/evil", "a/..", "..", "//evil"})
    void namesThatLeaveTheLayerAreRefused(String name) throws Exception {
        refused(new TarBuilder().folder("a").file(name, "x"), name);
        assertFalse(Files.exists(folder.resolve("evil")));
        assertFalse(Files.exists(Path.of("/evil")));
    }

    @ParameterizedTest
    @ValueSource(strings = {".wh.", ".wh...", "../.wh.x", "l/.wh.x"})
    void rejectsWhiteoutOutsideLayer(String name) throws Exception {
        Files.createFile(folder.resolve("x"));
        refused(new TarBuilder().symlink("l", folder.toString()).file(name, ""), name);
        assertTrue(Files.isRegularFile(folder.resolve("x")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"l/evil", "l/deeper/evil", "d/l/evil"})
    void nothingGoesThroughASymbolicLink(String name) throws Exception {
        UnsafeLayer refused = refused(
                new TarBuilder()
                        .folder("d")
                        .symlink("l", folder.toString())
                        .symlink("d/l", "../../")
                        .file(name, "x"),
                name);
        assertTrue(refused.getMessage().contains("symbolic link"));
        assertFalse(Files.exists(folder.resolve("evil")));
    }

    @Test
    void nothingGoesThroughAFile() throws Exception {
        refused(new TarBuilder().file("f", "").file("f/x", ""), "f/x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../secret", "/secret", "l/secret", "missing", "d", "", "a/../../secret"})
    void hardLinksReachOnlyFilesOfTheLayer(String target) throws Exception {
        Files.writeString(folder.resolve("secret"), "host");
        refused(new TarBuilder().folder("d").symlink("l", folder.toString()).hardLink("got", target), "got");
        assertEquals(1, At.stat(Fd.CWD, folder.resolve("secret").toString()).links());
    }

    @Test
    void aHardLinkToASymbolicLinkDoesNotFollowIt() throws Exception {
        Files.writeString(folder.resolve("secret"), "host");
        unpack(new TarBuilder()
                .symlink("l", folder.resolve("secret").toString())
                .hardLink("h", "l")
                .file("h", "mine"));
        assertEquals("host", Files.readString(folder.resolve("secret")));
    }

    @Test
    void namesThatAreTooLongAreRefused() throws Exception {
        refused(new TarBuilder().file("n".repeat(300), ""), "n".repeat(200) + "…");
        refused(new TarBuilder().file("d/".repeat(2500) + "x", ""), "d/".repeat(100) + "…");
        refused(new TarBuilder().file("d/".repeat(300) + "x", ""), "d/".repeat(100) + "…");
        refused(new TarBuilder().symlink("l", "t".repeat(5000)), "l");
    }

    @Test
    void ownersThatLinuxDoesNotHaveAreRefused() throws Exception {
        refused(new TarBuilder().pax("uid", "4294967295").file("a", ""), "a");
        refused(new TarBuilder().pax("gid", "-1").file("a", ""), "a");
    }

    @Test
    void theRootCannotBeReplaced() throws Exception {
        refused(new TarBuilder().symlink("./", "/etc"), "./");
    }

    private UnsafeLayer refused(TarBuilder tar, String entry) {
        ImageException e = assertThrows(ImageException.class, () -> unpack(tar));
        UnsafeLayer unsafe = assertInstanceOf(UnsafeLayer.class, e, e.getMessage());
        assertEquals(entry, unsafe.entry());
        return unsafe;
    }

    @Provide
    Arbitrary<String> names() {
        Arbitrary<String> part = Arbitraries.of("a", "b", "..", ".", "", ".wh.a", ".wh..wh..opq", "c", ".wh..");
        return part.list().ofMinSize(1).ofMaxSize(4).map(it -> String.join("/", it));
    }

    @Provide
    Arbitrary<List<String[]>> entries() {
        return Combinators.combine(Arbitraries.of("0", "1", "2", "5", "6", "3"), names(), names())
                .as((type, name, link) -> new String[] {type, name, link})
                .list()
                .ofMaxSize(8);
    }

    @Property(tries = 150)
    void whateverALayerHoldsNothingOutsideChanges(@ForAll("entries") List<String[]> entries) throws Exception {
        assumeTrue(ProcessHandle.current().info().user().orElse("").equals("root"), "needs root");
        Path area = Files.createTempDirectory("crij-unpack");
        try {
            Path victim = Files.createDirectory(area.resolve("a"));
            Files.writeString(victim.resolve("b"), "host");
            Path layer = Files.createDirectory(area.resolve("layer"));
            TarBuilder tar = new TarBuilder();
            for (String[] entry : entries) {
                tar.entry(
                        entry[1],
                        entry[0].charAt(0),
                        "2".equals(entry[0]) ? "../" + entry[2] : entry[2],
                        0644,
                        new byte[0]);
            }
            try {
                unpack(tar.bytes(), layer);
            } catch (UnsafeLayer e) {
                assertFalse(e.entry().isEmpty() && e.getMessage().isEmpty());
            }
            assertEquals("host", Files.readString(victim.resolve("b")));
            assertEquals(1, At.stat(Fd.CWD, victim.resolve("b").toString()).links());
            assertEquals(1, Directory.list(victim.toString()).size());
            assertEquals(2, Directory.list(area.toString()).size());
        } finally {
            Directory.deleteTree(area.toString());
        }
    }
}
