package io.crij.oci.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.linux.WindowSize;
import io.crij.oci.runtime.ContainerState.Status;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.Shim;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.spec.Capabilities;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.Process;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CommandRuntimeTest {
    private static final int KILL = 9;
    private static final int TERM = 15;

    private CommandBox box;

    static Stream<String> runtimes() {
        return Stream.of("runc", "crun")
                .flatMap(name -> Stream.of("/usr/bin/" + name, "/usr/sbin/" + name)
                        .filter(path -> Files.isExecutable(Path.of(path)))
                        .limit(1));
    }

    @BeforeEach
    void makeBox() throws Exception {
        box = new CommandBox();
        assumeTrue(runtimes().findAny().isPresent(), "neither runc nor crun (Debian packages of these names)");
    }

    @AfterEach
    void closeBox() throws Exception {
        box.close();
    }

    @ParameterizedTest
    @MethodSource("runtimes")
    void outputAndExitCodeComeThroughTheShim(String path) throws Exception {
        var runtime = box.runtime(box.settings(path));
        String id = box.id("exit");
        Shim shim = box.create(runtime, id, new Stdio.Pipes(true, true), "sh", "-c", "cat; echo wrong >&2; exit 7");
        assertEquals(Status.CREATED, runtime.state(id).status());
        assertTrue(shim.exitStatus().isEmpty());
        assertTrue(shim.stdoutBacklog().isPresent());
        runtime.start(id);
        shim.stdin().orElseThrow().write("said\n".getBytes());
        shim.closeStdin();
        assertEquals("said\n", CommandBox.read(shim.stdout()));
        assertEquals("wrong\n", CommandBox.read(shim.stderr()));
        assertEquals(7, CommandBox.await(shim).code());
        assertEquals(Status.STOPPED, runtime.state(id).status());
        shim.release();
        runtime.delete(id, false);
        assertThrows(OciException.NotFound.class, () -> runtime.state(id));
        box.assertNothingLeft();
    }

    @ParameterizedTest
    @MethodSource("runtimes")
    void theNextRuntimeTakesOver(String path) throws Exception {
        var before = box.runtime(box.settings(path));
        String id = box.id("over");
        Shim old = box.create(before, id, new Stdio.Pipes(true), "sh", "-c", "read word; echo $word; exit 3");
        before.start(id);
        old.close();
        var runtime = box.runtime(box.settings(path));
        assertEquals(Status.RUNNING, runtime.state(id).status());
        try (Shim shim = runtime.reopen(id)) {
            assertEquals(old.pid(), shim.pid());
            assertTrue(shim.exitStatus().isEmpty());
            shim.stdin().orElseThrow().write("still\n".getBytes());
            assertEquals("still\n", CommandBox.read(shim.stdout()));
            assertEquals(3, CommandBox.await(shim).code());
        }
        // and once more, after its end
        var last = box.runtime(box.settings(path));
        try (Shim shim = last.reopen(id)) {
            assertTrue(shim.exited().awaitReadable(CommandBox.PATIENCE));
            assertEquals(3, shim.exitStatus().orElseThrow().code());
            shim.release();
        }
        last.delete(id, false);
        box.assertNothingLeft();
    }

    @ParameterizedTest
    @MethodSource("runtimes")
    void aFirstRecordThatWasCutOffIsRemoved(String path) throws Exception {
        var runtime = box.runtime(box.settings(path));
        Path folder = Files.createDirectories(box.containers.resolve(box.id("cut")));
        Path unfinished = Files.createFile(folder.resolve(CommandRecord.FILE.name() + ".new"));
        runtime.delete(folder.getFileName().toString(), true);
        assertTrue(Files.notExists(unfinished));
        // it is the monitor's, who has its own record in it
        Files.delete(folder);
    }

    @ParameterizedTest
    @MethodSource("runtimes")
    void anExecHasStreamsAndAnExitCodeOfItsOwn(String path) throws Exception {
        var runtime = box.runtime(box.settings(path));
        String id = box.id("exec");
        Shim shim = box.create(runtime, id, new Stdio.Pipes(false), "sleep", "1000");
        runtime.start(id);
        try (Shim exec = runtime.exec(id, process("sh", "-c", "echo in; exit 5"), new Stdio.Pipes(false))) {
            assertEquals("in\n", CommandBox.read(exec.stdout()));
            assertEquals(5, CommandBox.await(exec).code());
            exec.release();
        }
        assertThrows(
                OciException.CommandNotFound.class,
                () -> runtime.exec(id, process("no-such-command"), new Stdio.Pipes(false)));
        assertTrue(runtime.pids(id).contains(shim.pid()));
        runtime.kill(id, KILL, true);
        assertEquals(128 + KILL, CommandBox.await(shim).code());
        assertThrows(OciException.WrongState.class, () -> runtime.kill(id, TERM, false));
    }

    @ParameterizedTest
    @MethodSource("runtimes")
    void theEndOfAShortExecIsAlwaysTold(String path) throws Exception {
        var runtime = box.runtime(box.settings(path));
        String id = box.id("short");
        box.create(runtime, id, new Stdio.Pipes(false), "sleep", "1000");
        runtime.start(id);
        for (int i = 0; i < 60; i++) {
            String pause = "i=0; while [ $i -lt " + i * 20 + " ]; do i=$((i+1)); done; exit 6";
            try (Shim exec = runtime.exec(id, process("sh", "-c", pause), new Stdio.Pipes(false))) {
                assertEquals(6, CommandBox.await(exec).code());
                exec.release();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("runtimes")
    void aTerminalIsHandedOver(String path) throws Exception {
        var runtime = box.runtime(box.settings(path));
        String id = box.id("tty");
        Shim shim = box.create(runtime, id, new Stdio.Terminal(), "sh", "-c", "read word; stty size; exit 2");
        runtime.start(id);
        @SuppressWarnings("resource") // the master stays the shim's
        var terminal = new io.crij.linux.Pty(shim.console().orElseThrow());
        terminal.resize(new WindowSize(33, 77));
        shim.console().orElseThrow().write("go\n".getBytes());
        assertEquals(2, CommandBox.await(shim).code());
        var shown = new StringBuilder();
        byte[] text = new byte[4096];
        // the echo of what was typed may come by itself; at the end the kernel says EIO
        while (!shown.toString().contains("33 77")) {
            shown.append(new String(text, 0, shim.console().orElseThrow().read(text)));
        }
        runtime.delete(id, true);
        assertTrue(box.own.toFile().list() == null || box.own.toFile().list().length == 0);
    }

    @ParameterizedTest
    @MethodSource("runtimes")
    void pausesResumesAndUpdates(String path) throws Exception {
        var runtime = box.runtime(box.settings(path));
        String id = box.id("pause");
        box.create(runtime, id, new Stdio.Pipes(false), "sleep", "1000");
        runtime.start(id);
        runtime.pause(id);
        assertEquals(Status.PAUSED, runtime.state(id).status());
        runtime.resume(id);
        assertEquals(Status.RUNNING, runtime.state(id).status());
        runtime.update(id, LinuxResources.NONE.with(limits -> limits.cpu = LinuxResources.Cpu.of(123L, null, null)));
        Path cpu = runtime.cgroups(id).container().stream()
                .map(folder -> folder.resolve("cpu.shares"))
                .filter(Files::exists)
                .findFirst()
                .orElseGet(() -> Path.of("/"));
        if (Files.isRegularFile(cpu)) {
            assertEquals("123", Files.readString(cpu).strip());
        }
    }

    @ParameterizedTest
    @MethodSource("runtimes")
    void aMissingCommandIsToldAsSuch(String path) throws Exception {
        var runtime = box.runtime(box.settings(path));
        String id = box.id("missing");
        var refused = assertThrows(OciException.CommandNotFound.class, () -> {
            box.create(runtime, id, new Stdio.Pipes(false), "no-such-command");
            runtime.start(id);
        });
        assertTrue(String.valueOf(refused.getMessage()).contains("no-such-command"), refused.getMessage());
        runtime.delete(id, true);
        box.assertNothingLeft();
    }

    @ParameterizedTest
    @MethodSource("runtimes")
    void aFullDiskIsToldInTheRuntimesWords(String path) throws Exception {
        Path root = Files.createDirectories(box.folder.resolve("root"));
        io.crij.linux.Mounts.mount("tmpfs", root.toString(), "tmpfs", 0, "size=4k,nr_inodes=3");
        try {
            Files.write(root.resolve("full"), new byte[4096]);
            var runtime = box.runtime(box.settings(path));
            String id = box.id("full");
            var failed = assertThrows(
                    OciException.class, () -> box.create(runtime, id, new Stdio.Pipes(false), "sleep", "1000"));
            assertTrue(String.valueOf(failed.getMessage()).contains("o space left on device"), failed.getMessage());
            box.assertNothingLeftBut(root);
        } finally {
            io.crij.linux.Mounts.unmount(root.toString(), 2);
        }
    }

    private static Process process(String... args) {
        return Process.EMPTY.with(process -> {
            process.args = List.of(args);
            process.env = List.of("PATH=/bin");
            process.cwd = "/";
            process.capabilities = Capabilities.NONE;
        });
    }
}
