package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.Fd;
import io.crij.linux.Mounts;
import io.crij.linux.Pipe;
import io.crij.linux.abi.MountFlags;
import io.crij.oci.runtime.ContainerState.Status;
import io.crij.oci.runtime.OciException.AlreadyExists;
import io.crij.oci.runtime.OciException.CommandNotExecutable;
import io.crij.oci.runtime.OciException.CommandNotFound;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.NotFound;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.OciException.WrongState;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.Namespace;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BuiltinRuntimeTest {
    private Box box;

    @BeforeEach
    void open() throws Exception {
        box = new Box();
    }

    @AfterEach
    void close() throws Exception {
        box.close();
    }

    @Test
    void runsACommandAndTellsHowItEnded() throws Exception {
        var outcome = box.run("echo", "sh", "-c", "echo hello; echo oops >&2; exit 3");
        assertEquals(new Box.Outcome("hello\n", "oops\n", 3), outcome);
    }

    @Test
    void statesFollowTheVerbs() throws Exception {
        String id = box.id("states");
        assertThrows(NotFound.class, () -> box.runtime.state(id));
        Shim shim = box.create(id, box.spec(id, "sleep", "100"));
        assertEquals(Status.CREATED, box.runtime.state(id).status());
        assertEquals(shim.pid(), box.runtime.state(id).pid());
        assertThrows(AlreadyExists.class, () -> box.create(id, box.spec(id, "true")));
        box.runtime.start(id);
        assertEquals(Status.RUNNING, box.runtime.state(id).status());
        assertThrows(WrongState.class, () -> box.runtime.start(id));
        assertThrows(WrongState.class, () -> box.runtime.delete(id, false));
        box.runtime.pause(id);
        assertEquals(Status.PAUSED, box.runtime.state(id).status());
        box.runtime.resume(id);
        assertEquals(Status.RUNNING, box.runtime.state(id).status());
        assertTrue(box.runtime.pids(id).contains(shim.pid()));
        box.runtime.kill(id, 9, false);
        assertEquals(137, Box.await(shim).code());
        assertEquals(Status.STOPPED, box.runtime.state(id).status());
        assertThrows(WrongState.class, () -> box.runtime.kill(id, 15, false));
        shim.release();
        box.runtime.delete(id, false);
        assertThrows(NotFound.class, () -> box.runtime.delete(id, false));
        box.runtime.delete(id, true);
    }

    @Test
    void missingCommandIsAnErrorOfCreateAndLeavesNothing() throws Exception {
        String id = box.id("missing");
        var e = assertThrows(CommandNotFound.class, () -> box.create(id, box.spec(id, "nosuchprogram")));
        assertEquals("exec: \"nosuchprogram\": executable file not found in $PATH", e.getMessage());
        assertNothingIsLeft(id);
    }

    @Test
    void folderOrPlainFileIsNotExecutable() throws Exception {
        Files.writeString(box.rootfs.resolve("etc/text"), "x");
        String file = box.id("file");
        assertThrows(CommandNotExecutable.class, () -> box.create(file, box.spec(file, "/etc/text")));
        String folder = box.id("folder");
        assertThrows(CommandNotExecutable.class, () -> box.create(folder, box.spec(folder, "/etc")));
        assertNothingIsLeft(file);
    }

    @Test
    void programThatCannotBeExecutedIsAnErrorOfStart() throws Exception {
        Files.writeString(box.rootfs.resolve("bin/broken"), "#!/no/such/interpreter\n");
        Files.setPosixFilePermissions(
                box.rootfs.resolve("bin/broken"), java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        String id = box.id("broken");
        box.create(id, box.spec(id, "broken"));
        var e = assertThrows(CommandNotExecutable.class, () -> box.runtime.start(id));
        assertTrue(e.getMessage().contains("no such file or directory"), e.getMessage());
    }

    @Test
    void failedMountNamesWhatWasTriedAndLeavesNothing() throws Exception {
        String id = box.id("mount");
        var spec = box.spec(id, "true").with(s -> s.mounts.add(Mount.bind("/no/such/source", "/mnt/x", "rbind")));
        var e = assertThrows(StepFailed.class, () -> box.create(id, spec));
        assertTrue(
                e.getMessage().startsWith("cannot bind /no/such/source at /mnt/x: open_tree: ENOENT"), e.getMessage());
        assertNothingIsLeft(id);
    }

    private void assertNothingIsLeft(String id) throws Exception {
        assertFalse(Files.exists(box.folder.resolve("state/" + id)), "state folder");
        try (var groups = Files.find(Path.of("/sys/fs/cgroup"), 4, (p, a) -> p.endsWith(id))) {
            assertEquals(List.of(), groups.toList());
        }
        assertFalse(Files.readString(Path.of("/proc/self/mountinfo")).contains(box.folder.toString()), "mounts");
        for (Path process : Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            try {
                String line = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
                String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
                assertFalse(line.contains(id) && !stat.contains(") Z "), "process " + process + " " + line);
            } catch (java.io.IOException e) {
                // it has ended
            }
        }
    }

    @Test
    void invalidIdIsRefused() {
        assertThrows(InvalidSpec.class, () -> box.create("../x", box.spec("x", "true")));
        assertThrows(NotFound.class, () -> box.runtime.state("../x"));
    }

    @Test
    void execRunsInTheContainer() throws Exception {
        String id = box.id("exec");
        box.create(id, box.spec(id, "sleep", "100"));
        box.runtime.start(id);
        var outcome = box.exec(id, Box.process("sh", "-c", "hostname; cat /proc/1/comm"));
        assertEquals(new Box.Outcome("box\nsleep\n", "", 0), outcome);
        assertThrows(CommandNotFound.class, () -> box.exec(id, Box.process("nosuchprogram")));
    }

    @Test
    void execOfAUserHasItsIdentity() throws Exception {
        String id = box.id("user");
        box.create(id, box.spec(id, "sleep", "100"));
        box.runtime.start(id);
        var process = Box.process(
                        "sh",
                        "-c",
                        "id -u; id -g; id -G; echo x > /dev/stdout; umask; grep -E 'Cap|NoNew' /proc/self/status")
                .with(p -> p.user = new io.crij.oci.spec.User(1000, 1001, 0027, List.of(7L, 8L)));
        assertEquals("""
                1000
                1001
                1001 7 8
                x
                0027
                CapInh:	0000000000000000
                CapPrm:	0000000000000000
                CapEff:	0000000000000000
                CapBnd:	00000000000005fb
                CapAmb:	0000000000000000
                NoNewPrivs:	1
                """, box.exec(id, process).out());
    }

    @Test
    void aFirstRecordThatWasCutOffIsRemoved() throws Exception {
        Path folder = Files.createDirectories(box.folder.resolve("state").resolve(box.id("cut")));
        Files.createFile(folder.resolve(ContainerRecord.UNFINISHED));
        box.runtime.delete(folder.getFileName().toString(), true);
        assertTrue(Files.notExists(folder));
    }

    @Test
    void stdinReachesTheProcessUntilItIsClosed() throws Exception {
        String id = box.id("stdin");
        Shim shim = box.create(id, box.spec(id, "cat"), new Stdio.Pipes(true));
        box.runtime.start(id);
        shim.stdin().orElseThrow().write("typed\n".getBytes(StandardCharsets.UTF_8));
        shim.closeStdin();
        assertEquals(new Box.Outcome("typed\n", "", 0), box.outcome(shim));
    }

    @Test
    void terminalHasSizeAndIsTheControllingOne() throws Exception {
        String id = box.id("tty");
        var spec = box.spec(id, "sh", "-c", "tty; stty size; test -c /dev/console && echo console; echo x > /dev/tty")
                .with(s -> s.process = s.process.with(p -> {
                    p.terminal = true;
                    p.consoleSize = new io.crij.oci.spec.Process.ConsoleSize(33, 99);
                }));
        Shim shim = box.create(id, spec, new Stdio.Terminal());
        box.runtime.start(id);
        Box.await(shim);
        assertEquals("/dev/pts/0\r\n33 99\r\nconsole\r\nx\r\n", Box.shown(shim));
        shim.release();
    }

    @Test
    void execWithATerminal() throws Exception {
        String id = box.id("exectty");
        box.create(id, box.spec(id, "sleep", "100"));
        box.runtime.start(id);
        Shim shim = box.runtime.exec(id, Box.process("tty").with(p -> p.terminal = true), new Stdio.Terminal());
        Box.await(shim);
        assertEquals("/dev/pts/0\r\n", Box.shown(shim));
        shim.release();
        shim.close();
    }

    @Test
    void anotherRuntimeTakesOver() throws Exception {
        String id = box.id("takeover");
        Shim first = box.create(id, box.spec(id, "sh", "-c", "echo early; cat; exit 5"), new Stdio.Pipes(true, true));
        first.stdoutBacklog().orElseThrow().writer().write("on its way".getBytes(StandardCharsets.UTF_8));
        try (var second = new BuiltinRuntime(box.folder.resolve("state"))) {
            first.close();
            second.start(id);
            try (Shim shim = second.reopen(id)) {
                shim.stdin().orElseThrow().write("late\n".getBytes(StandardCharsets.UTF_8));
                shim.closeStdin();
                assertEquals(5, Box.await(shim).code());
                assertEquals("early\nlate\n", Box.drain(shim.stdout().orElseThrow()));
                Pipe backlog = shim.stdoutBacklog().orElseThrow();
                backlog.writer().write(", and more".getBytes(StandardCharsets.UTF_8));
                byte[] held = new byte[100];
                int length = backlog.reader().read(held);
                assertEquals("on its way, and more", new String(held, 0, length, StandardCharsets.UTF_8));
                assertEquals(0, shim.stderrBacklog().orElseThrow().reader().available());
                shim.release();
                second.delete(id, false);
            }
        }
    }

    /// @param ownMounts whether its configuration speaks of a mount namespace; it has one in any case
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void pauseHoldsNamespacesSeesNothingAndReaps(boolean ownMounts) throws Exception {
        Mounts.bind(box.folder.toString(), box.folder.toString(), 0);
        try {
            // as on most nodes, what is mounted where the pause is made would show on the host
            Mounts.setAttributes(Fd.CWD, box.folder.toString(), false, 0, 0, MountFlags.MS_SHARED);
            List<String> before = Box.mountPoints();
            pause(ownMounts, before);
            assertEquals(before, Box.mountPoints());
        } finally {
            Mounts.unmount(box.folder.toString(), MountFlags.MNT_DETACH);
        }
    }

    private void pause(boolean ownMounts, List<String> before) throws Exception {
        String id = box.id("pause");
        var spec = box.spec(id).with(s -> {
            s.process = null;
            s.root = null;
            s.mounts = List.of();
            s.linux = s.linux.with(l -> {
                l.maskedPaths = List.of();
                l.readonlyPaths = List.of();
                l.seccomp = null;
                l.sysctl = java.util.Map.of("net.ipv4.ip_unprivileged_port_start", "0");
                l.namespaces.removeIf(namespace -> !ownMounts && namespace.type() == Namespace.Type.MOUNT);
            });
        });
        var request = new CreateRequest(id, box.folder, spec, new Rootfs.Pause(), new Stdio.Null());
        try (Shim shim = box.runtime.create(request)) {
            box.runtime.start(id);
            Path process = Path.of("/proc/" + shim.pid());
            assertEquals("pause\n", Files.readString(process.resolve("comm")));
            assertFalse(Files.exists(process.resolve("root/etc")));
            List<String> mounts = Files.readAllLines(process.resolve("mountinfo"));
            assertEquals(1, mounts.size(), mounts::toString);
            assertEquals(before, Box.mountPoints());
            String status = Files.readString(process.resolve("status"));
            assertTrue(status.contains("CapBnd:\t0000000000000000"), status);
            assertTrue(status.contains("Uid:\t65535\t65535"), status);
            try (var fds = Files.list(process.resolve("fd"))) {
                assertTrue(fds.count() == 0);
            }
            box.runtime.kill(id, 15, false);
            Box.await(shim);
        }
    }
}
