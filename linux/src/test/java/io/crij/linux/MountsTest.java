package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_PATH;
import static io.crij.linux.abi.MountFlags.MNT_DETACH;
import static io.crij.linux.abi.MountFlags.MOUNT_ATTR_RDONLY;
import static io.crij.linux.abi.MountFlags.MS_NOSUID;
import static io.crij.linux.abi.MountFlags.MS_PRIVATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountsTest {
    @TempDir
    Path folder;

    private String point;

    @BeforeEach
    void needsPrivileges() throws Exception {
        assumeTrue(Capabilities.ofSelf().effective().contains(Capability.SYS_ADMIN), "needs CAP_SYS_ADMIN");
        point = Files.createDirectory(folder.resolve("a b")).toRealPath().toString();
    }

    @AfterEach
    void unmountAll() throws Exception {
        while (point != null && mountAt(point).isPresent()) {
            Mounts.unmount(point, MNT_DETACH);
        }
    }

    private static Optional<MountInfo> mountAt(String path) throws ErrnoException {
        List<MountInfo> found = MountInfo.ofSelf().stream()
                .filter(mount -> mount.mountPoint().equals(path))
                .toList();
        return found.isEmpty() ? Optional.empty() : Optional.of(found.getLast());
    }

    @Test
    void aMountAppearsWithItsOptionsAndGoes() throws Exception {
        Mounts.mount("tmpfs", point, "tmpfs", MS_NOSUID, "size=64k,mode=0700");
        MountInfo mount = mountAt(point).orElseThrow();
        assertEquals("tmpfs", mount.type());
        assertTrue(mount.options().contains("nosuid"));
        assertEquals(StatFs.TMPFS, StatFs.of(point).type());
        assertEquals(64 * 1024, StatFs.of(point).bytes());
        Mounts.unmount(point, 0);
        assertTrue(mountAt(point).isEmpty());
    }

    @Test
    void aDetachedMountIsAttachedByDescriptor() throws Exception {
        try (var context = new FileSystemContext("tmpfs")) {
            context.set("mode", "0711");
            context.create();
            try (Fd mount = context.mount(0);
                    Fd target = Fd.open(point, O_PATH | O_DIRECTORY)) {
                At.mkdir(mount, "inside", 0700);
                assertTrue(mountAt(point).isEmpty());
                Mounts.move(mount, target);
            }
        }
        assertTrue(Files.isDirectory(Path.of(point, "inside")));
        assertEquals(0711, At.stat(Fd.CWD, point).permissions());
    }

    @Test
    void theKernelsWordsAreInTheError() throws Exception {
        try (var context = new FileSystemContext("tmpfs")) {
            ErrnoException e = assertThrows(ErrnoException.class, () -> context.set("nonsense", "1"));
            assertEquals(Errno.EINVAL, e.errno());
            assertTrue(e.getMessage().contains("nonsense=1"), e.getMessage());
            assertTrue(e.getMessage().toLowerCase(java.util.Locale.ROOT).contains("unknown parameter"), e.getMessage());
        }
    }

    @Test
    void aTreeIsClonedAndMadeReadOnly() throws Exception {
        Path source = Files.createDirectory(folder.resolve("source"));
        Files.writeString(source.resolve("file"), "x");
        try (Fd tree = Mounts.openTree(Fd.CWD, source.toString(), true, true)) {
            Mounts.setAttributes(tree, "", true, MOUNT_ATTR_RDONLY, 0, MS_PRIVATE);
            Mounts.move(tree, Fd.CWD, point);
        }
        assertTrue(mountAt(point).orElseThrow().isReadOnly());
        assertFalse(Files.isWritable(Path.of(point, "file")));
        Files.writeString(source.resolve("file"), "y");
        assertEquals("y", Files.readString(Path.of(point, "file")));
    }

    @Test
    void bindShowsTheSameFiles() throws Exception {
        Path source = Files.createDirectory(folder.resolve("source"));
        Mounts.bind(source.toString(), point, 0);
        assertTrue(At.stat(Fd.CWD, point).sameFile(At.stat(Fd.CWD, source.toString())));
    }

    @Test
    void overlayWorksDetached() throws Exception {
        Path lower = Files.createDirectory(folder.resolve("lower"));
        Files.writeString(lower.resolve("file"), "lower");
        String upper = Files.createDirectory(folder.resolve("upper")).toString();
        String work = Files.createDirectory(folder.resolve("work")).toString();
        try (var context = new FileSystemContext("overlay")) {
            context.set("lowerdir", lower.toString());
            context.set("upperdir", upper);
            context.set("workdir", work);
            context.create();
            try (Fd mount = context.mount(0);
                    Root root = new Root(mount)) {
                assertEquals("lower", new String(root.read("/file", 100)));
                assertEquals(StatFs.OVERLAYFS, StatFs.of(mount).type());
                root.create("/new", 0600).close();
            }
        }
        assertTrue(Files.exists(Path.of(upper, "new")));
    }
}
