package io.crij.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodMountsTest {
    private final PodMounts mounts = new PodMounts.Real();

    @TempDir
    Path folder;

    @BeforeEach
    void root() throws Exception {
        Root.required();
    }

    @Test
    void aPinnedNamespaceOutlivesItsProcess() throws Exception {
        var pause = Root.pause("--net", "--ipc", "--uts");
        var pin = folder.resolve("net");
        try {
            var inode = Files.getAttribute(Path.of("/proc/" + pause.pid() + "/ns/net"), "unix:ino");
            mounts.pin((int) pause.pid(), "net", pin);
            mounts.pin((int) pause.pid(), "uts", folder.resolve("uts"));
            pause.destroyForcibly().waitFor();
            assertEquals(inode, Files.getAttribute(pin, "unix:ino"));
            assertTrue(Root.output("nsenter", "--net=" + pin, "cat", "/proc/net/dev")
                    .contains("lo:"));
        } finally {
            pause.destroyForcibly();
            mounts.unpin(pin);
            mounts.unpin(folder.resolve("uts"));
        }
        assertFalse(Files.exists(pin));
        assertFalse(Files.readString(Path.of("/proc/self/mountinfo")).contains(folder.toString()));
        mounts.unpin(pin);
    }

    @Test
    void sharedMemoryHasItsSizeAndOwner() throws Exception {
        var shm = folder.resolve("shm");
        mounts.shm(shm, 64L << 20, 100000, 100001);
        try {
            assertEquals(64L << 20, Files.getFileStore(shm).getTotalSpace());
            assertEquals(100000, Files.getAttribute(shm, "unix:uid"));
            assertEquals(100001, Files.getAttribute(shm, "unix:gid"));
            assertEquals(01777, (int) Files.getAttribute(shm, "unix:mode") & 07777);
            Files.writeString(shm.resolve("file"), "x");
        } finally {
            mounts.removeShm(shm);
        }
        assertFalse(Files.exists(shm));
        mounts.removeShm(shm);
    }
}
