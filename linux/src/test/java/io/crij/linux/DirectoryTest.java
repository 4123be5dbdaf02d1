package io.crij.linux;

import static io.crij.linux.abi.FileFlags.S_IFDIR;
import static io.crij.linux.abi.FileFlags.S_IFREG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.linux.abi.FileFlags;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryTest {
    @TempDir
    Path folder;

    @Test
    void listsManyEntriesWithTheirTypes() throws Exception {
        for (int i = 0; i < 3000; i++) {
            Files.createFile(folder.resolve("a-rather-long-name-" + i));
        }
        Files.createDirectory(folder.resolve("dir"));
        var entries = Directory.list(folder.toString());
        var types = entries.stream().collect(Collectors.toMap(Directory.Entry::name, Directory.Entry::type));
        assertEquals(3001, types.size());
        assertEquals(S_IFDIR, types.get("dir"));
        assertEquals(S_IFREG, types.get("a-rather-long-name-2999"));
    }

    @Test
    void deleteTreeFollowsNoLink() throws Exception {
        Path kept = Files.createDirectories(folder.resolve("kept"));
        Files.writeString(kept.resolve("file"), "x");
        Path tree = Files.createDirectories(folder.resolve("tree/sub/deep"));
        Files.createSymbolicLink(tree.resolve("link"), kept);
        Files.writeString(tree.resolve("file"), "x");
        Directory.deleteTree(folder.resolve("tree").toString());
        assertFalse(Files.exists(folder.resolve("tree")));
        assertTrue(Files.exists(kept.resolve("file")));
        Directory.deleteTree(folder.resolve("tree").toString());
    }

    @Test
    void deleteTreeManagesATreeDeeperThanAnyPath() throws Exception {
        Fd at = Fd.open(folder.toString(), FileFlags.O_RDONLY | FileFlags.O_DIRECTORY);
        for (int i = 0; i < 3000; i++) {
            try (Fd parent = at) {
                At.mkdir(parent, "d", 0700);
                at = At.open(parent, "d", FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0);
            }
        }
        At.mkdir(at, "last", 0700);
        at.close();
        Directory.deleteTree(folder.resolve("d").toString());
        assertFalse(Files.exists(folder.resolve("d")));
    }

    @Test
    void deleteTreeManagesALargeFolder() throws Exception {
        Path tree = Files.createDirectory(folder.resolve("wide"));
        for (int i = 0; i < 5000; i++) {
            Files.createFile(tree.resolve("entry-with-a-long-name-" + i));
        }
        Directory.deleteTree(tree.toString());
        assertFalse(Files.exists(tree));
    }

    @Test
    void deleteTreeWantsAName() {
        for (String path : new String[] {"", "/", folder + "/"}) {
            ErrnoException e = assertThrows(ErrnoException.class, () -> Directory.deleteTree(path));
            assertEquals(Errno.EINVAL, e.errno());
        }
        assertTrue(Files.exists(folder));
    }

    @Test
    void theWayToATreeMayCrossMounts() throws Exception {
        assumeTrue(Capabilities.ofSelf().effective().contains(Capability.SYS_ADMIN), "needs CAP_SYS_ADMIN");
        Path mounted = Files.createDirectories(folder.resolve("mounted"));
        Mounts.mount("tmpfs", mounted.toString(), "tmpfs", 0, "size=64k");
        try {
            Files.createDirectories(mounted.resolve("tree/below"));
            Directory.deleteTree(mounted.resolve("tree").toString());
            assertFalse(Files.exists(mounted.resolve("tree")));
        } finally {
            Mounts.unmount(mounted.toString(), 0);
        }
    }

    @Test
    void deleteTreeStaysOnItsFileSystem() throws Exception {
        assumeTrue(Capabilities.ofSelf().effective().contains(Capability.SYS_ADMIN), "needs CAP_SYS_ADMIN");
        Path tree = Files.createDirectories(folder.resolve("tree/mounted"));
        Mounts.mount("tmpfs", tree.toString(), "tmpfs", 0, "size=64k");
        try {
            Files.writeString(tree.resolve("kept"), "x");
            ErrnoException e = assertThrows(
                    ErrnoException.class,
                    () -> Directory.deleteTree(folder.resolve("tree").toString()));
            assertEquals(Errno.EXDEV, e.errno());
            assertTrue(Files.exists(tree.resolve("kept")));
        } finally {
            Mounts.unmount(tree.toString(), 0);
        }
    }
}
