package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubreaperTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private BuiltinRuntime runtime;

    @BeforeEach
    void makeRuntime() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "not root");
        runtime = new BuiltinRuntime(folder.resolve("builtin"));
    }

    @AfterEach
    void closeRuntime() throws Exception {
        runtime.close();
    }

    /// Leaves a process behind that does this, its pid in the file `pid`.
    private Subreaper leaveBehind(String script, Optional<List<String>> waiter) throws Exception {
        Fd exits = Fd.open(exitFile().toString(), FileFlags.O_RDWR | FileFlags.O_CREAT, 0600);
        String command = "setsid sh -c '" + script + "' & echo $! >pid";
        var started = runtime.subreapers()
                .start(new Subreaper.Request(
                        "left",
                        List.of("/bin/sh", "-c", command),
                        List.of("PATH=/usr/bin:/bin"),
                        folder.toString(),
                        new Stdio.Null(),
                        exits,
                        null,
                        waiter,
                        null));
        assertEquals(0, started.await(PATIENCE).orElseThrow().code());
        return started;
    }

    private Path exitFile() {
        return folder.resolve("exit");
    }

    private int pid() throws Exception {
        return Integer.parseInt(Files.readString(folder.resolve("pid")).strip());
    }

    @Test
    void onceAnEndIsWantedThoseOfOrphansAreNotWrittenDown() throws Exception {
        String orphans = "while [ ! -e go ]; do sleep 0.02; done; for i in 1 2 3 4 5 6 7 8 9; do (sleep 0.01 &); done;"
                + " sleep 0.5; exit 7";
        try (Subreaper subreaper = leaveBehind(orphans, Optional.empty())) {
            int pid = pid();
            try (Shim shim = subreaper.adopt(pid, Subreaper.Exits.ofPid(pid))) {
                Files.createFile(folder.resolve("go"));
                Optional<ExitStatus> exit = Optional.empty();
                while (exit.isEmpty()) {
                    assertTrue(shim.exited().awaitReadable(PATIENCE), "the end is not told");
                    exit = shim.exitStatus();
                }
                assertEquals(7, exit.get().code());
                // of the command and of what it left behind
                assertEquals(2 * ShimSteps.RECORD_SIZE, Files.size(exitFile()));
                shim.release();
            }
        }
    }
}
