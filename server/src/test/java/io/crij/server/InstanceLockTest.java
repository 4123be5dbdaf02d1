package io.crij.server;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceLockTest {
    @TempDir
    Path folder;

    @Test
    void aDataFolderHasOneServer() throws Exception {
        try (var _ = InstanceLock.ofData(folder)) {
            assertRefused(folder.toString(), () -> InstanceLock.ofData(folder));
        }
        InstanceLock.ofData(folder).close();
    }

    @Test
    void aMonitorHasOneServerWhateverItsData() throws Exception {
        Path socket = folder.resolve("run/conmon.sock");
        try (var _ = InstanceLock.ofMonitor(socket);
                var _ = InstanceLock.ofData(folder.resolve("one"))) {
            assertRefused("--monitor-socket", () -> InstanceLock.ofMonitor(socket));
        }
        InstanceLock.ofMonitor(socket).close();
    }

    private static void assertRefused(String said, org.junit.jupiter.api.function.Executable call) {
        var refusal = assertThrows(IOException.class, call);
        assertTrue(String.valueOf(refusal.getMessage()).contains(said), refusal.getMessage());
    }
}
