package io.crij.oci.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.Shim;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.Process;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Runtimes that do not do what they should.
class CommandFailuresTest {
    private static final Duration SHORT = Duration.ofMillis(1500);

    /// Its container is a process that sleeps until it is killed.
    private static final String WELL = """
            case $verb in
                create) setsid sleep 10000 </dev/null >/dev/null 2>&1 & echo $! >$pid ;;
                delete) ;;
                kill) ;;
            esac
            """;

    private CommandBox box;

    @BeforeEach
    void makeBox() throws Exception {
        box = new CommandBox();
    }

    @AfterEach
    void closeBox() throws Exception {
        box.close();
    }

    private OciException createFails(CommandSettings settings) throws Exception {
        var runtime = box.runtime(settings);
        String id = box.id("bad");
        var failed =
                assertThrows(OciException.class, () -> box.create(runtime, id, new Stdio.Pipes(false), "sleep", "1"));
        box.assertNothingLeft();
        return failed;
    }

    @Test
    void aMissingProgram() throws Exception {
        var failed = createFails(box.settings("/nowhere/runc"));
        assertTrue(message(failed).contains("/nowhere/runc"), message(failed));
        assertTrue(message(failed).contains("no such file"), message(failed));
    }

    @Test
    void aProgramThatIsNotExecutable() throws Exception {
        Path file = Files.writeString(box.folder.resolve("runtime"), "#!/bin/sh\n");
        var failed = createFails(box.settings(file.toString()));
        assertTrue(message(failed).contains("permission denied"), message(failed));
    }

    @Test
    void anExitCodeAndNoWord() throws Exception {
        var failed = createFails(box.settings(box.script("exit 3\n")));
        assertTrue(message(failed).contains("exit code 3 and said nothing"), message(failed));
    }

    @Test
    void anExitCodeAndALog() throws Exception {
        String log =
                "echo '{\"level\":\"error\",\"msg\":\"the disk of \\\\\"x\\\\\" is wet\",\"time\":\"now\"}' >>$log; exit 1\n";
        var failed = createFails(box.settings(box.script(log)));
        assertTrue(message(failed).contains("the disk of \"x\" is wet"), message(failed));
    }

    @Test
    void wordsOnStandardErrorOnly() throws Exception {
        var failed = createFails(box.settings(box.script("echo nothing works >&2; exit 1\n")));
        assertTrue(message(failed).contains("nothing works"), message(failed));
    }

    @Test
    void garbageInsteadOfAPid() throws Exception {
        var failed = createFails(
                box.settings(box.script("[ $verb = create ] && head -c 100000 /dev/urandom >$pid; exit 0\n")));
        assertTrue(message(failed).contains("no pid"), message(failed));
        failed = createFails(box.settings(box.script("exit 0\n")));
        assertTrue(message(failed).contains("--pid-file"), message(failed));
    }

    @Test
    void garbageInTheLog() throws Exception {
        var failed =
                createFails(box.settings(box.script("head -c 100000 /dev/urandom >$log; echo it burns >&2; exit 1\n")));
        assertTrue(message(failed).contains("it burns"), message(failed));
    }

    @Test
    void aCreateThatHangsIsKilledWithItsFamily() throws Exception {
        String family =
                "[ $verb = create ] || exit 0; setsid sleep 9999 & setsid sh -c 'sleep 9999 & wait' & sleep 9999\n";
        Path script = Path.of(box.script(family));
        var failed = createFails(box.hurried(script.toString(), SHORT));
        assertInstanceOf(OciException.TimedOut.class, failed);
        assertTrue(message(failed).contains("killed"), message(failed));
        assertEquals(List.of(), CommandBox.processes(script.toString()));
    }

    @Test
    void everyVerbMayHang() throws Exception {
        String hangs = "[ -e \"$(dirname $0)/hang-$verb\" ] && sleep 9999\n" + WELL;
        Path script = Path.of(box.script(hangs));
        var runtime = box.runtime(box.hurried(script.toString(), SHORT));
        String id = box.id("hang");
        Shim shim = box.create(runtime, id, new Stdio.Pipes(false), "sleep", "1");
        for (String verb : List.of("start", "exec", "pause", "resume", "update", "kill", "delete")) {
            Files.createFile(script.resolveSibling("hang-" + verb));
        }
        assertThrows(OciException.TimedOut.class, () -> runtime.start(id));
        assertThrows(OciException.TimedOut.class, () -> runtime.exec(id, process(), new Stdio.Pipes(false)));
        assertThrows(OciException.TimedOut.class, () -> runtime.pause(id));
        assertThrows(OciException.TimedOut.class, () -> runtime.resume(id));
        assertThrows(OciException.TimedOut.class, () -> runtime.update(id, LinuxResources.NONE));
        assertThrows(OciException.TimedOut.class, () -> runtime.kill(id, 15, false));
        assertTrue(shim.exitStatus().isEmpty());
        // the last resort must not depend on it
        runtime.kill(id, 9, true);
        assertEquals(128 + 9, CommandBox.await(shim).code());
        assertThrows(OciException.TimedOut.class, () -> runtime.delete(id, true));
        Files.delete(script.resolveSibling("hang-delete"));
        runtime.delete(id, true);
        box.assertNothingLeft();
        assertEquals(List.of(), CommandBox.processes(script.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"start", "exec", "pause", "resume", "update", "delete"})
    void aVerbThatFailsIsToldInItsWords(String verb) throws Exception {
        String fails = "if [ $verb = " + verb + " ] && [ -e \"$(dirname $0)/fail\" ]; then echo the " + verb
                + " is broken >&2; exit 1; fi\n" + WELL;
        Path script = Path.of(box.script(fails));
        var runtime = box.runtime(box.settings(script.toString()));
        String id = box.id("fail");
        Shim shim = box.create(runtime, id, new Stdio.Pipes(false), "sleep", "1");
        Path switched = Files.createFile(script.resolveSibling("fail"));
        var failed = assertThrows(OciException.class, () -> {
            switch (verb) {
                case "start" -> runtime.start(id);
                case "exec" -> runtime.exec(id, process(), new Stdio.Pipes(false));
                case "pause" -> runtime.pause(id);
                case "resume" -> runtime.resume(id);
                case "update" -> runtime.update(id, LinuxResources.NONE);
                default -> runtime.delete(id, true);
            }
        });
        assertTrue(message(failed).contains("the " + verb + " is broken"), message(failed));
        Files.delete(switched);
        if (!verb.equals("delete")) {
            io.crij.linux.Signal.KILL.send(shim.pid());
        }
        CommandBox.await(shim);
        runtime.delete(id, true);
        box.assertNothingLeft();
    }

    private static Process process() {
        return Process.EMPTY.with(process -> {
            process.args = List.of("true");
            process.cwd = "/";
        });
    }

    private static String message(OciException e) {
        return String.valueOf(e.getMessage());
    }
}
