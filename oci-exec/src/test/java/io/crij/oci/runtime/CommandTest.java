package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crij.linux.Pty;
import io.crij.linux.UnixListener;
import io.crij.linux.UnixSocket;
import io.crij.linux.WindowSize;
import io.crij.oci.spec.Root;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecWriter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The command with real containers, where what it inherits matters.
class CommandTest extends ContainerTest {
    private Path bundle(String id, UnaryOperator<Spec> change, String... args) throws Exception {
        Path bundle = Files.createDirectories(box.folder.resolve("bundle-" + id));
        Files.write(bundle.resolve("config.json"), new SpecWriter().write(change.apply(box.spec(id, args))));
        return bundle;
    }

    private OwnCommand.Result run(List<String> before, Path bundle, String id, String... options) throws Exception {
        var arguments = new ArrayList<>(
                List.of("--root", box.folder.resolve("state").toString(), "run", "--bundle", bundle.toString()));
        arguments.addAll(List.of(options));
        arguments.add(id);
        return new OwnCommand(before, box.folder.resolve(id + ".out")).run(arguments.toArray(String[]::new));
    }

    /// The setting belongs to a pid namespace (Linux 6.3), so to one of the test's own here.
    @Test
    void initRunsWhereMemfdsMayNotBeExecuted() throws Exception {
        assumeTrue(
                Files.exists(Path.of("/proc/sys/vm/memfd_noexec")), "this kernel has no vm.memfd_noexec (Linux 6.3)");
        String id = box.id("noexec");
        var before = List.of(
                "unshare",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "sh",
                "-ec",
                "echo 2 >/proc/sys/vm/memfd_noexec; cat /proc/sys/vm/memfd_noexec; exec \"$@\"",
                "sh");
        var result = run(before, bundle(id, s -> s, "echo", "ran"), id);
        assertEquals(new OwnCommand.Result("2\nran\n", 0), result);
        try (var files = Files.list(box.folder.resolve("state"))) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void descriptorsAreKeptWhenAskedFor() throws Exception {
        String id = box.id("kept");
        Path file = Files.writeString(box.folder.resolve("given"), "from 3\n");
        var before = List.of("sh", "-c", "exec 3<" + file + " 4>&1; exec \"$@\"", "sh");
        String script = "cat <&3; echo to 4 >&4; for n in /proc/self/fd/*; do echo ${n##*/}; done";
        var result = run(before, bundle(id, s -> s, "sh", "-c", script), id, "--preserve-fds", "2");
        // the folder itself is open too while it is read
        assertTrue(result.out().startsWith("from 3\nto 4\n0\n1\n2\n3\n4\n"), result.out());
        assertTrue(result.out().lines().count() <= 8, result.out());
        assertEquals(0, result.code());
        var missing = run(before, bundle(id, s -> s, "true"), id, "--preserve-fds", "3");
        assertEquals(1, missing.code());
        assertTrue(missing.out().startsWith("--preserve-fds: 3: descriptor 5 "), missing.out());
    }

    @Test
    void socketsOfSystemdArePassedOn() throws Exception {
        String id = box.id("listens");
        Path file = Files.writeString(box.folder.resolve("socket"), "the socket\n");
        String start = "exec 3<" + file + " 4<" + file + "; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$@\"";
        var bundle =
                bundle(id, s -> s, "sh", "-c", "echo $LISTEN_FDS $LISTEN_PID $$; cat <&3; test -e /proc/self/fd/4");
        var result = run(List.of("sh", "-c", start, "sh"), bundle, id);
        assertEquals(new OwnCommand.Result("1 1 1\nthe socket\n", 1), result);
    }

    @Test
    void socketThatTellsOfReadinessIsPassedOn() throws Exception {
        String id = box.id("notifies");
        Path socket = box.folder.resolve("notify.sock");
        String script = "echo $NOTIFY_SOCKET; test -S $NOTIFY_SOCKET";
        try (var _ = UnixListener.bind(socket.toString(), UnixSocket.Kind.STREAM)) {
            var before = List.of("env", "NOTIFY_SOCKET=" + socket);
            var result = run(before, bundle(id, s -> s, "sh", "-c", script), id);
            assertEquals(new OwnCommand.Result("/run/notify/notify.sock\n", 0), result);
        }
    }

    @Test
    void rootIsChangedWithoutPivotWhenAskedFor() throws Exception {
        String id = box.id("moved");
        var bundle = bundle(
                id,
                s -> s.with(x -> x.root = new Root(box.rootfs.toString(), true)),
                "sh",
                "-c",
                "ls -d /bin /proc/1; touch /x; ls /..");
        var result = run(List.of(), bundle, id, "--no-pivot");
        assertTrue(result.out().contains("/bin\n/proc/1\n"), result.out());
        assertTrue(result.out().contains("touch: /x: Read-only file system"), result.out());
        assertTrue(result.out().endsWith("bin\ndev\netc\nproc\nsys\ntmp\n"), result.out());
        assertTrue(Files.exists(Path.of("/proc/self/mounts")), "the host keeps its proc");
    }

    @Test
    void sessionKeyringIsTheCallersWhenAskedFor() throws Exception {
        String script = "grep -c . /proc/keys; grep _ses /proc/keys";
        UnaryOperator<Spec> open = open();
        String id = box.id("keys");
        String own = run(List.of(), bundle(id, open, "sh", "-c", script), id).out();
        assumeTrue(!own.contains("No such file"), "this kernel has no /proc/keys");
        assertTrue(own.contains("_ses." + id), own);
        String same = run(List.of(), bundle(id, open, "sh", "-c", script), id, "--no-new-keyring")
                .out();
        assertTrue(!same.contains("_ses." + id), same);
    }

    private OwnCommand command(String name) {
        return new OwnCommand(List.of(), box.folder.resolve(name + ".out"));
    }

    private String[] arguments(String... verb) {
        var all = new ArrayList<>(List.of("--root", box.folder.resolve("state").toString()));
        all.addAll(List.of(verb));
        return all.toArray(String[]::new);
    }

    private OwnCommand.Result verb(String... verb) throws Exception {
        return command("verb").run(arguments(verb));
    }

    @Test
    void verbsOneAfterTheOther() throws Exception {
        String id = box.id("verbs");
        Path bundle = bundle(id, s -> s, "sleep", "1000");
        Path pid = box.folder.resolve("pid");
        var created = verb("create", "--bundle", bundle.toString(), "--pid-file", pid.toString(), id);
        assertEquals(new OwnCommand.Result("", 0), created);
        assertTrue(verb("create", "--bundle", bundle.toString(), id).out().contains("already exists"));
        assertTrue(verb("state", id).out().contains("\"status\" : \"created\""));
        assertEquals(new OwnCommand.Result("", 0), verb("start", id));
        assertEquals(1, verb("start", id).code());
        assertEquals(new OwnCommand.Result("[" + Files.readString(pid) + "]\n", 0), verb("ps", "--format", "json", id));
        assertTrue(verb("ps", id).out().contains("sleep 1000"));
        assertEquals(id + "\n", verb("list", "--quiet").out());
        assertEquals(new OwnCommand.Result("exec\n", 3), verb("exec", id, "sh", "-c", "echo exec; exit 3"));
        assertEquals(143, verb("exec", id, "sh", "-c", "kill -TERM $$").code());
        var missing = verb("exec", id, "no-such-program");
        assertEquals(255, missing.code());
        assertTrue(missing.out().contains("executable file not found in $PATH"), missing.out());
        assertEquals(new OwnCommand.Result("", 0), verb("update", "--pids-limit", "77", id));
        JsonNode stats = statsOfOneProcess(id);
        assertEquals("stats", stats.get("type").asText());
        assertEquals(id, stats.get("id").asText());
        assertEquals(77, stats.at("/data/pids/limit").asInt());
        assertTrue(stats.at("/data/cpu/usage/total").asLong() > 0, stats.toString());
        assertTrue(stats.at("/data/memory/usage/usage").asLong() > 0, stats.toString());
        assertEquals(new OwnCommand.Result("", 0), verb("pause", id));
        assertEquals(255, verb("exec", id, "true").code());
        assertEquals(new OwnCommand.Result("", 0), verb("resume", id));
        assertEquals(1, verb("resume", id).code());
        var running = verb("delete", id);
        assertEquals(1, running.code());
        assertTrue(running.out().contains("cannot delete container " + id + " that is not stopped: running"));
        assertEquals(new OwnCommand.Result("", 0), verb("kill", id, "KILL"));
        assertEquals(new OwnCommand.Result("", 0), verb("delete", "--force", id));
        assertTrue(verb("state", id).out().contains("does not exist"));
    }

    @Test
    void anExecThatNobodyIsToldOfDoesNotStay() throws Exception {
        String id = box.id("untold");
        Path bundle = bundle(id, s -> s, "sleep", "1000");
        assertEquals(
                0, verb("run", "--detach", "--bundle", bundle.toString(), id).code());
        Path nowhere = box.folder.resolve("no/pid");
        for (List<String> how : List.of(List.of("exec"), List.of("exec", "--detach"))) {
            var line = new ArrayList<>(how);
            line.addAll(List.of("--pid-file", nowhere.toString(), id, "sleep", "2000"));
            var failed = verb(line.toArray(String[]::new));
            assertEquals(255, failed.code());
            assertTrue(failed.out().contains(nowhere.toString()), failed.out());
            statsOfOneProcess(id);
        }
        verb("delete", "--force", id);
    }

    /// An exec that failed is counted until the machine's init reaps it.
    private JsonNode statsOfOneProcess(String id) throws Exception {
        for (int i = 0; i < 50; i++) {
            JsonNode stats =
                    new ObjectMapper().readTree(verb("events", "--stats", id).out());
            if (stats.at("/data/pids/current").asInt() == 1) {
                return stats;
            }
        }
        throw new AssertionError(id + " keeps more than one process");
    }

    @Test
    void containerWithoutAProgramIsCreatedAndCannotBeStarted() throws Exception {
        String id = box.id("empty");
        Path bundle = bundle(id, s -> s.with(x -> x.process = null), "none");
        assertEquals(new OwnCommand.Result("", 0), verb("create", "--bundle", bundle.toString(), id));
        var started = verb("start", id);
        assertEquals(1, started.code());
        assertTrue(started.out().contains("no process.args"), started.out());
        assertEquals(new OwnCommand.Result("", 0), verb("delete", id));
        box.create(id, box.spec(id, "none").with(s -> s.process = null));
        var e = assertThrows(OciException.WrongState.class, () -> box.runtime.start(id));
        assertTrue(e.getMessage().contains("no process.args"), e.getMessage());
    }

    @Test
    void eventsEndWithTheContainer() throws Exception {
        String id = box.id("events");
        box.create(id, box.spec(id, "sleep", "1000"));
        box.runtime.start(id);
        Path out = box.folder.resolve("events.out");
        Process events = command("events")
                .start(new File("/dev/null"), out.toFile(), arguments("events", "--interval", "50ms", id));
        while (Files.readString(out)
                        .lines()
                        .filter(line -> line.contains("\"stats\""))
                        .count()
                < 2) {
            assertTrue(events.isAlive(), Files.readString(out));
            Thread.onSpinWait();
        }
        box.runtime.kill(id, 9, false);
        assertEquals(0, events.waitFor());
    }

    @Test
    void signalsReachTheContainer() throws Exception {
        String id = box.id("signals");
        String script =
                "trap 'echo got usr1' USR1; trap 'echo got term; exit 7' TERM; echo ready; while :; do sleep 0.1; done";
        Path bundle = bundle(id, s -> s, "sh", "-c", script);
        Path out = box.folder.resolve("signals.out");
        Process run = command("signals")
                .start(new File("/dev/null"), out.toFile(), arguments("run", "--bundle", bundle.toString(), id));
        await(run, out, "ready");
        new ProcessBuilder("kill", "-USR1", Long.toString(run.pid())).start().waitFor();
        await(run, out, "got usr1");
        new ProcessBuilder("kill", "-TERM", Long.toString(run.pid())).start().waitFor();
        assertEquals(7, run.waitFor());
        assertTrue(Files.readString(out).endsWith("got term\n"), Files.readString(out));
        assertTrue(verb("state", id).out().contains("does not exist"));
    }

    /// A terminal sends its signals to all in the foreground.
    @Test
    void signalsToTheWholeGroupReachTheContainerToo() throws Exception {
        String id = box.id("group");
        Path bundle = bundle(id, s -> s, "sh", "-c", "trap 'exit 7' TERM; echo ready; while :; do sleep 0.1; done");
        Path out = box.folder.resolve("group.out");
        Process run = new OwnCommand(List.of("setsid"), out)
                .start(new File("/dev/null"), out.toFile(), arguments("run", "--bundle", bundle.toString(), id));
        await(run, out, "ready");
        new ProcessBuilder("kill", "-TERM", "--", "-" + run.pid()).start().waitFor();
        assertTrue(run.waitFor(20, TimeUnit.SECONDS), "the command goes on");
        assertEquals(7, run.exitValue(), Files.readString(out));
    }

    @Test
    void commandWhoseShimIsKilledEndsAndSaysSo() throws Exception {
        String id = box.id("shimless");
        Path bundle = bundle(id, s -> s, "sh", "-c", "echo ready; sleep 1000");
        Path out = box.folder.resolve("shimless.out");
        Process run = command("shimless")
                .start(new File("/dev/null"), out.toFile(), arguments("run", "--bundle", bundle.toString(), id));
        await(run, out, "ready");
        ProcessHandle.of(shimsOf(id).findFirst().orElseThrow()).orElseThrow().destroyForcibly();
        assertTrue(run.waitFor(20, TimeUnit.SECONDS), "the command goes on");
        assertEquals(1, run.exitValue());
        assertTrue(Files.readString(out).contains("its shim was killed"), Files.readString(out));
        assertTrue(verb("state", id).out().contains("does not exist"));
    }

    @Test
    void shimGoesWithTheCommandAndTheContainerStays() throws Exception {
        String id = box.id("clientless");
        Path bundle = bundle(id, s -> s, "sh", "-c", "echo ready; sleep 1000");
        Path out = box.folder.resolve("clientless.out");
        Process run = command("clientless")
                .start(new File("/dev/null"), out.toFile(), arguments("run", "--bundle", bundle.toString(), id));
        await(run, out, "ready");
        Path more = box.folder.resolve("more.out");
        Process exec = command("more")
                .start(
                        new File("/dev/null"),
                        more.toFile(),
                        arguments("exec", id, "sh", "-c", "echo ready; sleep 2000"));
        await(exec, more, "ready");
        // before that, shim and process end with the command
        while (shimsOf(id).filter(CommandTest::serves).count() < 2) {
            assertTrue(exec.isAlive(), Files.readString(more));
            Thread.onSpinWait();
        }
        for (Process client : List.of(exec, run)) {
            client.destroyForcibly().waitFor();
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (shimsOf(id).findAny().isPresent()) {
            assertTrue(System.nanoTime() < end, "a shim stays");
            Thread.onSpinWait();
        }
        assertTrue(verb("state", id).out().contains("\"running\""));
        String processes = verb("ps", id).out();
        assertTrue(processes.contains("sleep 1000") && processes.contains("sleep 2000"), processes);
        assertEquals(0, verb("delete", "--force", id).code());
    }

    /// The pids of its shims.
    private static Stream<Long> shimsOf(String id) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> proc(pid, "cmdline").startsWith("crij-shim " + id + "\0"));
    }

    /// Whether the shim has been told that its process is known.
    private static boolean serves(long shim) {
        return proc(shim, "status").contains("Uid:\t" + ShimSteps.USER);
    }

    private static String proc(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/" + file));
        } catch (IOException _) {
            return ""; // ended meanwhile
        }
    }

    private static void await(Process process, Path file, String text) throws Exception {
        while (!Files.readString(file).contains(text)) {
            assertTrue(process.isAlive(), Files.readString(file));
            Thread.onSpinWait();
        }
    }

    @Test
    void terminalIsThatOfTheCaller() throws Exception {
        String id = box.id("terminal");
        Path bundle = bundle(id, process(p -> p.terminal = true), "sh", "-c", "stty size; read a; echo $a-$a; exit 5");
        try (var pty = Pty.open();
                var side = pty.peer()) {
            pty.resize(new WindowSize(33, 77));
            File terminal = new File("/dev/pts/" + pty.number());
            Process run =
                    command("terminal").start(terminal, terminal, arguments("run", "--bundle", bundle.toString(), id));
            assertEquals("33 77\r\n", read(pty, "\n"));
            pty.master().write("word\r".getBytes(StandardCharsets.UTF_8));
            assertEquals("word\r\nword-word\r\n", read(pty, "word-word\r\n"));
            assertEquals(5, run.waitFor());
            assertFalse(side.isClosed());
        }
        String other = box.id("execs");
        box.create(other, box.spec(other, "sleep", "1000"));
        box.runtime.start(other);
        // without a terminal of the caller's its output arrives all the same
        Path file = Files.write(
                box.folder.resolve("process.json"),
                new SpecWriter()
                        .write(Box.process("sh", "-c", "test -t 1 && echo at a terminal")
                                .with(p -> p.terminal = true)));
        var exec = verb("exec", "--process", file.toString(), other);
        assertEquals(new OwnCommand.Result("at a terminal\r\n", 0), exec);
    }

    private static String read(Pty pty, String end) throws Exception {
        var text = new StringBuilder();
        byte[] buffer = new byte[1000];
        while (!text.toString().endsWith(end)) {
            int got = pty.master().read(buffer);
            text.append(new String(buffer, 0, got, StandardCharsets.UTF_8));
        }
        return text.toString();
    }
}
