package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_RDONLY;
import static io.crij.linux.abi.FileFlags.S_IFIFO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RootTest {
    @TempDir
    Path folder;

    private Path rootfs;
    private Root root;

    @BeforeEach
    void open() throws Exception {
        rootfs = Files.createDirectory(folder.resolve("rootfs"));
        Files.writeString(folder.resolve("secret"), "host");
        root = Root.open(rootfs.toString());
    }

    @AfterEach
    void close() {
        root.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/../../secret", "../secret", "/a/../../secret", "/../secret"})
    void dotDotStopsAtTheRoot(String path) {
        ErrnoException e = assertThrows(ErrnoException.class, () -> root.read(path, 100));
        assertEquals(Errno.ENOENT, e.errno());
    }

    @Test
    void absoluteLinksLeadBelowTheRoot() throws Exception {
        Files.createSymbolicLink(rootfs.resolve("etc"), folder.toAbsolutePath());
        assertThrows(ErrnoException.class, () -> root.read("etc/secret", 100));
        Files.createDirectories(rootfs.resolve(folder.toString().substring(1)));
        Files.writeString(rootfs.resolve(folder.toString().substring(1)).resolve("secret"), "inside");
        assertEquals("inside", new String(root.read("/etc/secret", 100)));
    }

    @Test
    void linksOfProcAreRefused() throws Exception {
        // a rootfs that has the host's /proc inside, as a bind mount would; the root itself stands in for it
        try (Root host = Root.open("/")) {
            ErrnoException e = assertThrows(ErrnoException.class, () -> host.locate("/proc/self/root"));
            assertEquals(Errno.ELOOP, e.errno());
        }
    }

    @Test
    void mkdirsMakesWhatIsMissing() throws Exception {
        root.mkdirs("/a/b//./c", 0755).close();
        assertTrue(Files.isDirectory(rootfs.resolve("a/b/c")));
        root.mkdirs("a/b/c", 0755).close();
        root.mkdirs("/", 0755).close();
    }

    @Test
    void mkdirsFollowsLinksBelowTheRoot() throws Exception {
        Files.createDirectory(rootfs.resolve("real"));
        Files.createSymbolicLink(rootfs.resolve("link"), Path.of("/real"));
        root.mkdirs("/link/sub", 0755).close();
        assertTrue(Files.isDirectory(rootfs.resolve("real/sub")));
    }

    @Test
    void mkdirsDoesNotFollowADanglingLinkOut() throws Exception {
        Files.createSymbolicLink(rootfs.resolve("out"), folder.resolve("made"));
        assertThrows(ErrnoException.class, () -> root.mkdirs("/out/sub", 0755));
        assertFalse(Files.exists(folder.resolve("made")));
    }

    @Test
    void mkdirsThroughAFileFails() throws Exception {
        Files.writeString(rootfs.resolve("file"), "");
        ErrnoException e = assertThrows(ErrnoException.class, () -> root.mkdirs("/file/sub", 0755));
        assertEquals(Errno.ENOTDIR, e.errno());
    }

    @Test
    void createDoesNotFollowALink() throws Exception {
        Files.createSymbolicLink(rootfs.resolve("x"), folder.resolve("new"));
        assertThrows(ErrnoException.class, () -> root.create("x", 0600));
        assertFalse(Files.exists(folder.resolve("new")));
        try (Fd fd = root.create("/y", 0600)) {
            fd.write("1".getBytes());
        }
        assertEquals("1", new String(root.read("y", 10)));
    }

    @Test
    void readRefusesAFifo() throws Exception {
        At.mknod(Fd.CWD, rootfs.resolve("fifo").toString(), S_IFIFO | 0600, 0);
        ErrnoException e = assertThrows(ErrnoException.class, () -> root.read("fifo", 10));
        assertEquals(Errno.EINVAL, e.errno());
    }

    @Test
    void parentAndNameGoTogether() throws Exception {
        root.mkdirsParent("/a/b/file", 0755).close();
        try (Fd parent = root.openParent("/a/b/file")) {
            At.mkdir(parent, Root.nameOf("/a/b/file"), 0700);
        }
        assertTrue(root.stat("/a/b/file").orElseThrow().isDirectory());
        assertTrue(root.stat("/a/none").isEmpty());
        root.open("/", O_RDONLY).close();
    }
}
