package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.abi.FileFlags;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class XattrTest {
    @TempDir
    Path folder;

    @Test
    void bytesOfAnyValueComeBack() throws Exception {
        byte[] value = {0, 1, (byte) 0xFF, 0};
        Path file = Files.createFile(folder.resolve("file"));
        try (Fd fd = Fd.open(file.toString(), FileFlags.O_RDONLY)) {
            Xattr.set(fd, "user.test", value);
            assertArrayEquals(value, Xattr.get(fd, "user.test").orElseThrow());
            assertTrue(Xattr.names(fd).contains("user.test"));
            assertTrue(Xattr.get(fd, "user.other").isEmpty());
        }
    }

    @Test
    void anEntryOfAFolderIsNotFollowed() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        Files.createSymbolicLink(folder.resolve("link"), file);
        try (Fd dir = Fd.open(folder.toString(), FileFlags.O_RDONLY | FileFlags.O_DIRECTORY);
                Fd fd = Fd.open(file.toString(), FileFlags.O_RDONLY)) {
            Xattr.set(dir, "file", "trusted.here", new byte[] {'y'});
            Xattr.set(dir, "link", "trusted.link", new byte[] {'y'});
            assertEquals('y', Xattr.get(fd, "trusted.here").orElseThrow()[0]);
            assertTrue(Xattr.get(fd, "trusted.link").isEmpty());
        }
    }

    @Test
    void pathDescriptorsPathsAndLargeValuesWork() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        byte[] large = new byte[3000];
        java.util.Arrays.fill(large, (byte) 'x');
        try (Fd path = Fd.open(file.toString(), FileFlags.O_PATH)) {
            Xattr.set(path, "user.a", large);
            assertArrayEquals(large, Xattr.get(path, "user.a").orElseThrow());
            assertArrayEquals(large, Xattr.get(file.toString(), "user.a").orElseThrow());
            assertTrue(Xattr.names(path).contains("user.a"));
            Xattr.remove(path, "user.a");
            Xattr.set(file.toString(), "user.b", new byte[0]);
            assertTrue(Xattr.names(file.toString()).contains("user.b"));
            Xattr.remove(file.toString(), "user.b");
            assertTrue(Xattr.get(file.toString(), "user.b").isEmpty());
        }
    }
}
