package io.crij.linux;

import static io.crij.linux.abi.FileFlags.AT_FDCWD;
import static io.crij.linux.abi.FileFlags.O_CREAT;
import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_NOFOLLOW;
import static io.crij.linux.abi.FileFlags.O_PATH;
import static io.crij.linux.abi.FileFlags.O_RDONLY;
import static io.crij.linux.abi.FileFlags.O_WRONLY;
import static io.crij.linux.abi.FileFlags.RENAME_EXCHANGE;
import static io.crij.linux.abi.FileFlags.RENAME_NOREPLACE;
import static io.crij.linux.abi.FileFlags.S_IFCHR;
import static io.crij.linux.abi.FileFlags.S_IFIFO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtTest {
    @TempDir
    Path folder;

    private Fd dir;

    @BeforeEach
    void open() throws Exception {
        dir = Fd.open(folder.toString(), O_RDONLY | O_DIRECTORY);
    }

    @AfterEach
    void close() {
        dir.close();
    }

    private void touch(String name) throws ErrnoException {
        At.open(dir, name, O_WRONLY | O_CREAT, 0640).close();
    }

    @Test
    void statSeesWhatWasMade() throws Exception {
        touch("file");
        At.mkdir(dir, "folder", 0750);
        At.symlink("../else", dir, "link");
        At.mknod(dir, "fifo", S_IFIFO | 0600, 0);
        assertTrue(At.stat(dir, "file").isRegular());
        assertTrue(At.stat(dir, "folder").isDirectory());
        assertTrue(At.stat(dir, "link").isSymlink());
        assertTrue(At.stat(dir, "fifo").isFifo());
        assertEquals("../else", At.readlink(dir, "link"));
        assertEquals(
                Files.getAttribute(folder.resolve("file"), "unix:ino"),
                At.stat(dir, "file").inode());
        assertTrue(At.stat(dir, "").sameFile(At.stat(Fd.CWD, folder.toString())));
    }

    @Test
    void devicesKeepTheirNumbers() throws Exception {
        assumeTrue(Self.uid() == 0, "making devices needs root");
        Device device = new Device(1, 5);
        At.mknod(dir, "zero", S_IFCHR | 0666, device.encoded());
        assertEquals(device, At.stat(dir, "zero").specialDevice());
        assertTrue(At.stat(dir, "zero").isCharDevice());
        Device wide = new Device(259, 70_000);
        assertEquals(wide, Device.decode(wide.encoded()));
    }

    @Test
    void renameKnowsNoreplaceAndExchange() throws Exception {
        touch("a");
        At.mkdir(dir, "b", 0700);
        ErrnoException e = assertThrows(ErrnoException.class, () -> At.rename(dir, "a", dir, "b", RENAME_NOREPLACE));
        assertEquals(Errno.EEXIST, e.errno());
        At.rename(dir, "a", dir, "b", RENAME_EXCHANGE);
        assertTrue(At.stat(dir, "a").isDirectory());
        At.rename(dir, "b", dir, "c", 0);
        assertFalse(At.exists(dir, "b"));
    }

    @Test
    void linksShareTheInode() throws Exception {
        touch("a");
        At.link(dir, "a", dir, "b");
        assertEquals(2, At.stat(dir, "b").links());
        assertTrue(At.stat(dir, "a").sameFile(At.stat(dir, "b")));
    }

    @Test
    void unlinkAndRmdirKnowTheirKinds() throws Exception {
        touch("a");
        At.mkdir(dir, "d", 0700);
        assertThrows(ErrnoException.class, () -> At.rmdir(dir, "a"));
        assertThrows(ErrnoException.class, () -> At.unlink(dir, "d"));
        At.unlink(dir, "a");
        At.rmdir(dir, "d");
        assertFalse(At.exists(dir, "a"));
    }

    @Test
    void ownerOfALinkIsItsOwn() throws Exception {
        assumeTrue(Self.uid() == 0, "changing owners needs root");
        touch("file");
        At.symlink("file", dir, "link");
        At.chown(dir, "link", 1234, 77);
        assertEquals(1234, At.stat(dir, "link").uid());
        assertEquals(77, At.stat(dir, "link").gid());
        assertEquals(0, At.stat(dir, "file").uid());
        At.chown(dir, "file", -1, 5);
        assertEquals(0, At.stat(dir, "file").uid());
        assertEquals(5, At.stat(dir, "file").gid());
    }

    @Test
    void pathDescriptorsCanBeChanged() throws Exception {
        touch("file");
        try (Fd path = At.open(dir, "file", O_PATH | O_NOFOLLOW, 0)) {
            path.chmod(0604);
            assertEquals(0604, path.stat().permissions());
            At.setTimes(path, "", 1_600_000_000L, 123_456_789);
            assertEquals(123_456_789, path.stat().modifiedNanos());
            assertEquals(1_600_000_000L, path.stat().accessSeconds());
        }
    }

    @Test
    void timesOfALinkAreItsOwn() throws Exception {
        touch("file");
        At.symlink("file", dir, "link");
        At.setTimes(dir, "link", 77, 0);
        assertEquals(77, At.stat(dir, "link").modifiedSeconds());
        assertTrue(At.stat(dir, "file").modifiedSeconds() > 77);
    }

    @Test
    void aNameWithAZeroByteIsRefused() {
        ErrnoException e = assertThrows(ErrnoException.class, () -> At.mkdir(dir, "a\0b", 0700));
        assertEquals(Errno.EINVAL, e.errno());
        assertFalse(Files.exists(folder.resolve("a")));
    }

    @Test
    void namesNeedNotBeUtf8() throws Exception {
        String name = KernelString.decode(new byte[] {'x', (byte) 0xE4, (byte) 0xFF});
        touch(name);
        assertEquals(name, Directory.list(dir).getFirst().name());
        At.unlink(dir, name);
    }

    @Test
    void theCurrentFolderIsNeverClosed() throws Exception {
        Fd.CWD.close();
        assertEquals(AT_FDCWD, Fd.CWD.number());
        assertTrue(At.exists(Fd.CWD, "/proc"));
    }
}
