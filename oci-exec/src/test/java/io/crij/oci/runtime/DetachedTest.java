package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.Fd;
import io.crij.linux.Pipe;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.runtime.ContainerState.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Containers and execs of the `oci-exec` command: the caller's subreaper looks after them, nothing of ours stays.
class DetachedTest extends ContainerTest {
    private Shim create(BuiltinRuntime runtime, String id, Pipe out, String... args) throws Exception {
        try (Fd nothing = Fd.open("/dev/null", FileFlags.O_RDWR)) {
            var stdio = new Stdio.Given(nothing, out.writer(), out.writer());
            var rootfs = new Rootfs.Directory(box.rootfs);
            return runtime.create(new CreateRequest(id, box.folder, box.spec(id, args), rootfs, stdio, true));
        }
    }

    /// Processes that are ours by their name.
    private static List<String> shims(String id) throws Exception {
        try (var processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(p -> p.getFileName().toString().matches("\\d+"))
                    .filter(p -> commandLine(p).contains("crij-shim " + id))
                    .map(Path::toString)
                    .toList();
        }
    }

    private static String commandLine(Path process) {
        try {
            return Files.readString(process.resolve("cmdline"));
        } catch (java.io.IOException e) {
            return "";
        }
    }

    private static String parent(int pid) throws Exception {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("PPid:"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void waitingProcessOutlivesTheRuntimeAndAnotherStartsIt() throws Exception {
        String id = box.id("detached");
        try (Pipe out = Pipe.open()) {
            Shim created;
            try (var first = new BuiltinRuntime(box.folder.resolve("state"))) {
                created = create(first, id, out, "sh", "-c", "echo started; exit 3");
            }
            out.writer().close();
            // the waiting process itself still has the name
            assertEquals(List.of("/proc/" + created.pid()), shims(id));
            assertFalse(parent(created.pid()).endsWith("\t0"));
            assertEquals(Status.CREATED, box.runtime.state(id).status());
            box.runtime.start(id);
            assertEquals("started\n", new String(out.reader().readAll(100)));
            Box.await(created);
            assertEquals(Status.STOPPED, box.runtime.state(id).status());
            box.runtime.delete(id, false);
            created.close();
        }
    }

    @Test
    void missingCommandIsAnErrorOfCreate() throws Exception {
        String id = box.id("missing");
        try (Pipe out = Pipe.open()) {
            org.junit.jupiter.api.Assertions.assertThrows(
                    OciException.CommandNotFound.class, () -> create(box.runtime, id, out, "nosuchprogram"));
        }
        assertFalse(Files.exists(box.folder.resolve("state/" + id)));
    }

    @Test
    void createdOneCanBeDeleted() throws Exception {
        String id = box.id("deleted");
        try (Pipe out = Pipe.open();
                Shim shim = create(box.runtime, id, out, "true")) {
            box.runtime.delete(id, false);
            assertTrue(Box.await(shim).code() >= 0);
        }
    }

    @Test
    void execLeavesNoShim() throws Exception {
        String id = box.id("exec");
        box.create(id, box.spec(id, "sleep", "1000"));
        box.runtime.start(id);
        int before = shims(id).size();
        try (Fd nothing = Fd.open("/dev/null", FileFlags.O_RDWR);
                Shim shim = box.runtime.execDetached(
                        id, Box.process("sleep", "1000"), new Stdio.Given(nothing, nothing, nothing))) {
            assertEquals(before, shims(id).size());
            assertTrue(box.runtime.pids(id).contains(shim.pid()));
        }
    }

    @Test
    void terminalsMasterIsHandedOver() throws Exception {
        String id = box.id("tty");
        var spec = process(p -> p.terminal = true).apply(box.spec(id, "tty"));
        var rootfs = new Rootfs.Directory(box.rootfs);
        try (Shim shim =
                box.runtime.create(new CreateRequest(id, box.folder, spec, rootfs, new Stdio.Terminal(), true))) {
            box.runtime.start(id);
            Box.await(shim);
            assertEquals("/dev/pts/0\r\n", Box.shown(shim));
        }
    }
}
