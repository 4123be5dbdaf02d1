package io.crij.linux;

import static io.crij.linux.abi.FileFlags.S_IFDIR;
import static io.crij.linux.abi.FileFlags.S_IFREG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
}
