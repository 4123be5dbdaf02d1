package io.crij.image.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.image.layer.TarEntry.Kind;
import io.crij.image.layer.TarEntry.Piece;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarReaderTest {
    @TempDir
    Path folder;

    private static TarReader read(byte[] archive) {
        return new TarReader(new ByteArrayInputStream(archive));
    }

    private static byte[] content(TarReader tar, TarEntry entry) throws IOException {
        byte[] bytes = new byte[(int) entry.size()];
        for (int at = 0; at < bytes.length; ) {
            int got = tar.read(bytes, at, bytes.length - at);
            assertTrue(got > 0);
            at += got;
        }
        assertEquals(-1, tar.read(new byte[1], 0, 1));
        return bytes;
    }

    @Test
    void entriesComeInOrderWithTheirContent() throws Exception {
        TarReader tar = read(new TarBuilder()
                .folder("etc/")
                .file("etc/a", "one")
                .file("etc/b", "two")
                .bytes());
        assertEquals(Kind.DIRECTORY, tar.next().kind());
        assertEquals("etc/a", tar.next().name());
        TarEntry second = tar.next();
        assertEquals("two", new String(content(tar, second), StandardCharsets.UTF_8));
        assertEquals(null, tar.next());
    }

    @Test
    void paxRecordsOverrideTheHeader() throws Exception {
        String name = "d/".repeat(120) + "long";
        byte[] capability = {1, 0, 0, 2, (byte) 0xFF, 0, '\n', '='};
        TarReader tar = read(new TarBuilder()
                .pax("mtime", "-1.25")
                .pax("uid", "3000000")
                .pax("SCHILY.xattr.security.capability", capability)
                .file(name, "x")
                .bytes());
        TarEntry entry = tar.next();
        assertEquals(name, entry.name());
        assertEquals(3_000_000, entry.uid());
        assertEquals(-2, entry.mtimeSeconds());
        assertEquals(750_000_000, entry.mtimeNanos());
        assertArrayEquals(capability, entry.xattrs().get("security.capability"));
    }

    @Test
    void globalPaxRecordsLastUntilOverridden() throws Exception {
        byte[] global = "13 gid=12345\n".getBytes(StandardCharsets.US_ASCII);
        TarReader tar = read(new TarBuilder()
                .block(TarBuilder.header("g", 'g', "", 0, 0, 0, 0, 0, 0, global.length), global)
                .file("a", "")
                .pax("gid", "7")
                .file("b", "")
                .file("c", "")
                .bytes());
        assertEquals(12345, tar.next().gid());
        assertEquals(7, tar.next().gid());
        assertEquals(12345, tar.next().gid());
    }

    @Test
    void namesThatAreNotUtf8Survive() throws Exception {
        byte[] header = TarBuilder.header("x", '0', "", 0644, 0, 0, 0, 0, 0, 0);
        header[0] = (byte) 0xFF;
        TarBuilder.sum(header);
        TarEntry entry =
                read(new TarBuilder().block(header, new byte[0]).bytes()).next();
        assertArrayEquals(new byte[] {(byte) 0xFF}, io.crij.linux.KernelString.encode(entry.name()));
    }

    @Test
    void binaryNumbersCanBeLargeAndNegative() throws Exception {
        byte[] header = TarBuilder.header("x", '0', "", 0644, 0, 0, 0, 0, 0, 0);
        header[136] = (byte) 0xFF;
        java.util.Arrays.fill(header, 137, 148, (byte) 0xFF);
        TarBuilder.sum(header);
        assertEquals(
                -1,
                read(new TarBuilder().block(header, new byte[0]).bytes()).next().mtimeSeconds());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--format=gnu",
                "--format=posix",
                "--format=posix --sparse-version=0.0",
                "--format=posix --sparse-version=0.1",
                "--format=posix --sparse-version=1.0"
            })
    void sparseFilesOfGnuTarAreUnderstood(String options) throws Exception {
        Path file = folder.resolve("holes");
        List<String> pieces = new ArrayList<>();
        try (var out = new java.io.RandomAccessFile(file.toFile(), "rw")) {
            for (int i = 0; i < 30; i++) {
                out.seek(i * 1_048_576L);
                out.write(("piece " + i).getBytes(StandardCharsets.US_ASCII));
                pieces.add("piece " + i);
            }
            out.setLength(40_000_000);
        }
        List<String> command = new ArrayList<>(List.of("tar", "-S"));
        command.addAll(List.of(options.split(" ")));
        command.addAll(
                List.of("-C", folder.toString(), "-cf", folder.resolve("a.tar").toString(), "holes"));
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
        TarReader tar = read(Files.readAllBytes(folder.resolve("a.tar")));
        TarEntry entry = tar.next();
        assertEquals("holes", entry.name());
        assertEquals(40_000_000, entry.realSize());
        byte[] data = content(tar, entry);
        int at = 0;
        for (Piece piece : entry.pieces()) {
            if (piece.length() > 0) {
                String expected = pieces.removeFirst();
                assertEquals(expected, new String(data, at, expected.length(), StandardCharsets.US_ASCII));
            }
            at += (int) piece.length();
        }
        assertTrue(pieces.isEmpty());
        assertEquals(null, tar.next());
    }

    @Test
    void longNamesOfGnuTarAreUnderstood() throws Exception {
        String name = "n".repeat(200);
        Files.writeString(folder.resolve(name), "content");
        Files.createSymbolicLink(folder.resolve("link"), Path.of("t".repeat(300)));
        Process tar =
                new ProcessBuilder("tar", "--format=gnu", "-C", folder.toString(), "-cf", "-", name, "link").start();
        TarReader reader = read(tar.getInputStream().readAllBytes());
        assertEquals(name, reader.next().name());
        assertEquals("t".repeat(300), reader.next().linkName());
    }

    @Test
    void anArchiveCutInsideAFileIsRefused() throws Exception {
        byte[] whole = new TarBuilder().file("a", "x".repeat(5000)).bytes();
        TarReader tar = read(java.util.Arrays.copyOf(whole, 1500));
        tar.next();
        assertThrows(TarException.class, tar::next);
    }

    @Test
    void aWrongChecksumIsRefused() {
        byte[] archive = new TarBuilder().file("a", "x").bytes();
        archive[0] ^= 1;
        assertThrows(TarException.class, () -> read(archive).next());
    }

    @Test
    void aHeaderThatWouldFillTheHeapIsRefused() {
        byte[] header = TarBuilder.header("pax", 'x', "", 0, 0, 0, 0, 0, 0, 1L << 32);
        assertThrows(
                TarException.class,
                () -> read(new TarBuilder().block(header, new byte[0]).bytes()).next());
    }

    @Property(tries = 300)
    void anythingThatIsNoArchiveIsRefusedAsSuch(@ForAll @Size(max = 3000) byte[] bytes) {
        readThrough(bytes);
    }

    @Property(tries = 300)
    void aDamagedArchiveIsReadOrRefused(
            @ForAll @IntRange(max = 4095) int at, @ForAll byte value, @ForAll @IntRange(max = 3) int field) {
        byte[] archive = new TarBuilder()
                .folder("d")
                .pax("mtime", "12.5")
                .pax("GNU.sparse.map", "0,1,2,1")
                .pax("GNU.sparse.size", "3")
                .file("d/a", "xy")
                .hardLink("d/b", "d/a")
                .bytes();
        archive[at % archive.length] = value;
        for (int block = 0; block + 512 <= archive.length && field > 0; block += 512) {
            byte[] header = java.util.Arrays.copyOfRange(archive, block, block + 512);
            if (header[257] == 'u') {
                TarBuilder.sum(header); // past the checksum, to where it hurts
                System.arraycopy(header, 0, archive, block, 512);
            }
        }
        readThrough(archive);
    }

    private static void readThrough(byte[] bytes) {
        TarReader tar = read(bytes);
        try {
            for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
                assertTrue(entry.size() >= 0);
            }
        } catch (IOException e) {
            assertEquals(TarException.class, e.getClass());
        }
    }
}
