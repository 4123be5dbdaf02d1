package io.crij.oci.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.runtime.ContainerState.Status;
import io.crij.oci.runtime.Shim;
import io.crij.oci.runtime.Stdio;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Runtimes whose containers are no processes of this host, as runsc: their `wait` tells how one ended. The runtime
/// here is a script; the sandbox is a `sleep`, and the container ends when the file `ended` is there.
class SandboxDialectTest {
    private CommandBox box;
    private CommandSettings settings;
    private Path sandbox;
    private Path ended;

    @BeforeEach
    void makeBox() throws Exception {
        box = new CommandBox();
        sandbox = box.folder.resolve("sandbox");
        ended = box.folder.resolve("ended");
        settings = box.sandboxed(box.script("""
                cd %s
                case $verb in
                    create)
                        sleep 1000 < /dev/null > /dev/null 2>&1 &
                        echo $! > $pid
                        echo $! > sandbox
                        echo created > state ;;
                    start) echo running > state ;;
                    state) echo "{\\"status\\": \\"$(cat state)\\"}" ;;
                    wait)
                        while [ ! -e ended ]; do sleep 0.05; done
                        echo "{\\"id\\": \\"$id\\", \\"exitStatus\\": 7}" ;;
                    kill) echo stopped > state ;;
                    delete) kill -9 $(cat sandbox) || true ;;
                esac
                """.formatted(box.folder)));
    }

    @AfterEach
    void closeBox() throws Exception {
        box.close();
    }

    @Test
    void theWaitSaysHowItEnded() throws Exception {
        var runtime = box.runtime(settings);
        String id = box.id("waited");
        Shim shim = box.create(runtime, id, new Stdio.Pipes(false), "any");
        assertEquals(Status.CREATED, runtime.state(id).status());
        runtime.start(id);
        assertTrue(shim.exitStatus().isEmpty());
        Files.createFile(ended);
        assertEquals(7, CommandBox.await(shim).code());
        runtime.delete(id, true);
        box.assertNothingLeft();
    }

    @Test
    void theNextRuntimeIsToldByTheSameWait() throws Exception {
        var before = box.runtime(settings);
        String id = box.id("over");
        Shim old = box.create(before, id, new Stdio.Pipes(false), "any");
        before.start(id);
        old.close();
        var runtime = box.runtime(settings);
        try (Shim shim = runtime.reopen(id)) {
            assertTrue(shim.exitStatus().isEmpty());
            Files.createFile(ended);
            assertEquals(7, CommandBox.await(shim).code());
        }
        runtime.delete(id, true);
        box.assertNothingLeft();
    }

    @Test
    void aSandboxThatEndsTakesItsContainersAlong() throws Exception {
        var runtime = box.runtime(settings);
        String id = box.id("lost");
        Shim shim = box.create(runtime, id, new Stdio.Pipes(false), "any");
        new ProcessBuilder("kill", "-9", Files.readString(sandbox).strip())
                .start()
                .waitFor();
        var exit = CommandBox.await(shim);
        assertEquals(255, exit.code());
        assertEquals(Status.STOPPED, runtime.state(id).status());
        runtime.delete(id, true);
        box.assertNothingLeft();
    }
}
