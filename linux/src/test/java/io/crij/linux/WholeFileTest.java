package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
    @TempDir
    Path folder;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void laterContentReplacesTheFirstAndOnlyTheOwnerReadsIt() throws Exception {
        Path place = folder.resolve("record");
        var file = new WholeFile(place);
        file.write(bytes("a longer first one"));
        file.write(bytes("second"));
        assertEquals("second", Files.readString(place));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(place)));
        assertFalse(Files.exists(file.unfinished()));
    }

    @Test
    void whatAKilledProcessLeftIsNoPartOfTheNext() throws Exception {
        Path place = folder.resolve("record");
        var file = new WholeFile(place);
        Files.writeString(file.unfinished(), "half of something that was much longer");
        file.create(bytes("whole"));
        assertEquals("whole", Files.readString(place));
        assertFalse(Files.exists(file.unfinished()));
    }

    @Test
    void createLeavesTheOneThatIsThere() throws Exception {
        Path place = Files.writeString(folder.resolve("record"), "first");
        var file = new WholeFile(place);
        ErrnoException e = assertThrows(ErrnoException.class, () -> file.create(bytes("second")));
        assertEquals(Errno.EEXIST, e.errno());
        assertEquals("first", Files.readString(place));
        assertFalse(Files.exists(file.unfinished()));
    }

    @Test
    void fullDiskKeepsTheOldOneAndNothingOfTheNew() throws Exception {
        assumeTrue(Capabilities.ofSelf().effective().contains(Capability.SYS_ADMIN), "needs CAP_SYS_ADMIN");
        Mounts.mount("tmpfs", folder.toString(), "tmpfs", 0, "size=64k");
        try {
            Path place = folder.resolve("record");
            var file = new WholeFile(place);
            file.write(bytes("old"));
            ErrnoException e = assertThrows(ErrnoException.class, () -> file.write(new byte[128 << 10]));
            assertEquals(Errno.ENOSPC, e.errno());
            assertEquals("old", Files.readString(place));
            assertFalse(Files.exists(file.unfinished()));
        } finally {
            Mounts.unmount(folder.toString(), 0);
        }
    }
}
