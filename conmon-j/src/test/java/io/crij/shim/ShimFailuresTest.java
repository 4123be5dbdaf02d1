package io.crij.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.spec.LinuxResources;
import io.crij.ttrpc.StatusCode;
import io.crij.ttrpc.TtrpcException.Refused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Shims that do not do what they should.
@Timeout(180)
class ShimFailuresTest {
    private static final Duration SHORT = Duration.ofMillis(1500);
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String ID = "bad";

    private ShimBox box;

    @BeforeEach
    void makeBox() throws Exception {
        box = new ShimBox();
    }

    @AfterEach
    void closeBox() throws Exception {
        if (box != null) {
            box.close();
        }
    }

    private String createFails(Path program, Duration time) throws Exception {
        var runtime = box.runtime(program, time);
        var failed = assertThrows(OciException.class, () -> box.create(runtime, ID, new Stdio.Pipes(true, true)));
        box.assertNothingLeft(ID);
        return String.valueOf(failed.getMessage());
    }

    @Test
    void aMissingProgram() throws Exception {
        var said = createFails(Path.of("/nowhere/containerd-shim-x-v2"), LONG);
        assertTrue(said.contains("/nowhere/containerd-shim-x-v2") && said.contains("no such file"), said);
    }

    @Test
    void aProgramThatIsNotExecutable() throws Exception {
        var said = createFails(Files.writeString(box.folder.resolve("program"), "#!/bin/sh\n"), LONG);
        assertTrue(said.contains("permission denied"), said);
    }

    @Test
    void wordsAndAnExitCode() throws Exception {
        var said = createFails(box.script("echo the disk is wet >&2; exit 3\n"), LONG);
        assertTrue(said.contains("exit code 3") && said.contains("the disk is wet"), said);
        said = createFails(box.script("exit 3\n"), LONG);
        assertTrue(said.contains("said nothing"), said);
    }

    @Test
    void garbageInsteadOfAnAddress() throws Exception {
        var said = createFails(box.script("[ $verb = start ] && head -c 100000 /dev/urandom; exit 0\n"), LONG);
        assertTrue(said.contains("printed no address"), said);
        said = createFails(box.script("exit 0\n"), LONG);
        assertTrue(said.contains("printed no address"), said);
        said = createFails(box.script("[ $verb = start ] && while :; do echo garbage; done; exit 0\n"), SHORT);
        assertTrue(said.contains("killed"), said);
    }

    @Test
    void nobodyServesThere() throws Exception {
        var said = createFails(box.finds(box.socket()), LONG);
        assertTrue(said.contains("does not serve at " + box.socket()), said);
    }

    @Test
    void aStartThatHangsIsKilledWithItsFamily() throws Exception {
        var script = box.script("setsid sleep 9999 & setsid sh -c 'sleep 9999 & wait' & sleep 9999\n");
        var said = createFails(script, SHORT);
        assertTrue(said.contains("start") && said.contains("killed"), said);
        assertEquals(List.of(), ShimBox.processes(script.toString()));
    }

    @Test
    void aShimThatStaysThoughItsStartFailedIsKilled() throws Exception {
        var script = box.script("[ $verb = start ] && setsid sleep 9998 </dev/null >/dev/null 2>&1 & exit 1\n");
        createFails(script, LONG);
        assertEquals(List.of(), ShimBox.processes("sleep\0009998"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Connect", "Create"})
    void aCreateMayHang(String method) throws Exception {
        try (var shim = new FakeShim(box.socket(), 2)) {
            shim.hangs.add(method);
            var said = createFails(box.finds(box.socket()), SHORT);
            assertTrue(said.contains(method + " (handler fake) of container bad: no answer within"), said);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Connect", "Create"})
    void anAnswerThatIsNoMessage(String method) throws Exception {
        try (var shim = new FakeShim(box.socket(), 2)) {
            shim.babbles.add(method);
            var said = createFails(box.finds(box.socket()), LONG);
            assertTrue(said.contains("what is no message"), said);
            assertEquals(0, shim.living());
        }
    }

    @Test
    void aCreateThatIsRefusedIsToldInTheShimsWords() throws Exception {
        try (var shim = new FakeShim(box.socket(), 2)) {
            shim.refuses.put("Create", new Refused(StatusCode.UNKNOWN, "the machine has no memory"));
            var said = createFails(box.finds(box.socket()), LONG);
            assertTrue(said.contains("the machine has no memory"), said);
        }
    }

    @Test
    void everyCallMayHang() throws Exception {
        try (var fake = new FakeShim(box.socket(), 2)) {
            var runtime = box.runtime(box.finds(box.socket()), SHORT);
            var shim = box.create(runtime, ID, new Stdio.Pipes(false, true));
            runtime.start(ID);
            fake.hangs.addAll(List.of("Exec", "Pause", "Resume", "Update", "Kill", "State", "Pids", "Delete"));
            assertThrows(
                    OciException.TimedOut.class, () -> runtime.exec(ID, ShimBox.process(), new Stdio.Pipes(false)));
            assertThrows(OciException.TimedOut.class, () -> runtime.pause(ID));
            assertThrows(OciException.TimedOut.class, () -> runtime.resume(ID));
            assertThrows(OciException.TimedOut.class, () -> runtime.update(ID, LinuxResources.NONE));
            assertThrows(OciException.TimedOut.class, () -> runtime.state(ID));
            assertThrows(OciException.TimedOut.class, () -> runtime.pids(ID));
            assertThrows(OciException.TimedOut.class, () -> runtime.kill(ID, 15, false));
            assertTrue(shim.exitStatus().isEmpty());
            // the last resort must not depend on it
            runtime.kill(ID, 9, true);
            assertEquals(128 + 9, ShimBox.await(shim).code());
            // nobody else needs this shim: it is ended instead of asked
            runtime.delete(ID, true);
            box.assertNothingLeft(ID);
        }
    }

    @Test
    void aStartThatHangsLeavesAContainerThatCanBeDeleted() throws Exception {
        try (var fake = new FakeShim(box.socket(), 2)) {
            fake.hangs.add("Start");
            var runtime = box.runtime(box.finds(box.socket()), SHORT);
            box.create(runtime, ID, new Stdio.Pipes(false, true));
            assertThrows(OciException.TimedOut.class, () -> runtime.start(ID));
            runtime.delete(ID, true);
            assertEquals(0, fake.living());
            box.assertNothingLeft(ID);
        }
    }

    @Test
    void aShimThatDiesEndsItsContainersWithoutAnExitCode() throws Exception {
        try (var fake = new FakeShim(box.socket(), 2)) {
            var runtime = box.runtime(box.finds(box.socket()), LONG);
            var shim = box.create(runtime, ID, new Stdio.Pipes(false, true));
            runtime.start(ID);
            fake.die();
            var exit = ShimBox.await(shim);
            assertEquals(255, exit.code());
            var why = String.valueOf(exit.unseen());
            assertTrue(why.startsWith("its shim has died"), why);
            // the next monitor says the same
            try (var next = box.runtime(box.finds(box.socket()), LONG).reopen(ID)) {
                assertEquals(why, ShimBox.await(next).unseen());
            }
            assertThrows(OciException.WrongState.class, () -> runtime.kill(ID, 15, false));
            runtime.delete(ID, false);
            assertFalse(Files.exists(box.socket()));
            box.assertNothingLeft(ID);
        }
    }

    @Test
    void aContainerTheShimDoesNotKnowAnyMoreHasEnded() throws Exception {
        try (var fake = new FakeShim(box.socket(), 2)) {
            fake.refuses.put("Wait", new Refused(StatusCode.NOT_FOUND, "container bad"));
            var runtime = box.runtime(box.finds(box.socket()), LONG);
            var shim = box.create(runtime, ID, new Stdio.Pipes(false, true));
            assertEquals(
                    "its shim does not know it any more", ShimBox.await(shim).unseen());
            runtime.delete(ID, false);
            box.assertNothingLeft(ID);
        }
    }

    @Test
    void twoContainersOfOneNameAreRefused() throws Exception {
        try (var fake = new FakeShim(box.socket(), 2)) {
            var runtime = box.runtime(box.finds(box.socket()), LONG);
            var shim = box.create(runtime, ID, new Stdio.Pipes(false, true));
            assertInstanceOf(
                    OciException.AlreadyExists.class,
                    assertThrows(OciException.class, () -> box.create(runtime, ID, new Stdio.Pipes(false, true))));
            assertTrue(shim.exitStatus().isEmpty());
            runtime.delete(ID, true);
            box.assertNothingLeft(ID);
        }
    }
}
