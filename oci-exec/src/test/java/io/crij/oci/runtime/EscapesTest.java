package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// Known ways out of a container by way of its set-up; those of mounts, masks and devices are with their tests.
class EscapesTest extends ContainerTest {
    /// CVE-2024-21626: the working folder is a descriptor of the runtime's.
    @Test
    void workingFolderIsNoDescriptorOfTheHosts() throws Exception {
        try (Fd host = Fd.open("/", FileFlags.O_RDONLY)) {
            for (int number = 0; number < 40; number++) {
                String cwd = "/proc/self/fd/" + number;
                String id = box.id("cwd" + number);
                try {
                    Shim shim =
                            box.create(id, process(p -> p.cwd = cwd).apply(box.spec(id, "readlink", "/proc/self/cwd")));
                    box.runtime.start(id);
                    String out = box.outcome(shim).out();
                    // a folder of the container's own, if anything
                    assertTrue(out.equals("/\n") || out.startsWith("/dev"), number + ": " + out);
                } catch (OciException e) {
                    assertTrue(e.getMessage().contains("working folder"), e.getMessage());
                }
            }
        }
    }

    /// CVE-2024-21626, CVE-2016-9962: the same in an exec, and by the path of the program.
    @Test
    void execSeesNoDescriptorOfTheHosts() throws Exception {
        String id = box.id("exec");
        box.create(id, box.spec(id, "sleep", "1000"));
        box.runtime.start(id);
        for (int number = 3; number < 40; number++) {
            String program = "/proc/self/fd/" + number + "/../../../../../bin/sh";
            var e = assertThrows(OciException.class, () -> box.exec(id, Box.process(program)));
            assertTrue(
                    e instanceof OciException.CommandNotFound || e instanceof OciException.CommandNotExecutable,
                    e.getMessage());
            var cwd = Box.process("readlink", "/proc/self/cwd")
                    .with(p -> p.cwd = program.substring(0, program.indexOf("/..")));
            assertThrows(OciException.class, () -> box.exec(id, cwd));
        }
    }

    /// CVE-2019-5736: the runtime's binary is reached as `/proc/self/exe` by an image whose program is that link.
    @Test
    void programOfTheRuntimeCannotBeReachedNorChanged() throws Exception {
        Files.createSymbolicLink(box.rootfs.resolve("bin/self"), Path.of("/proc/self/exe"));
        String id = box.id("exe");
        box.create(id, box.spec(id, "sleep", "1000"));
        box.runtime.start(id);
        try {
            Shim shim = box.runtime.exec(id, Box.process("/bin/self"), new Stdio.Pipes(false));
            // init without its program: it cannot do anything
            int code = Box.await(shim).code();
            assertTrue(code != 0, "exit code " + code);
            shim.release();
            shim.close();
        } catch (OciException.CommandNotExecutable | OciException.CommandNotFound e) {
            assertFalse(e.getMessage().isEmpty());
        }
        // a waiting process is not dumpable: the container cannot open what it is
        String waiting = box.id("waiting");
        Shim created = box.create(waiting, box.spec(waiting, "true"));
        Path exe = Path.of("/proc/" + created.pid() + "/exe");
        assertThrows(IOException.class, () -> Files.write(exe, new byte[1]));
    }

    /// CVE-2021-30465: a folder of a shared volume is exchanged for a link while another container mounts there.
    @Test
    void exchangingAFolderForALinkNeverReachesTheHost() throws Exception {
        Path outside = Files.createDirectories(box.folder.resolve("outside/place"));
        Path volume = Files.createDirectories(box.folder.resolve("volume"));
        Path flipping = volume.resolve("flip");
        Path real = Files.createDirectories(volume.resolve("real/place")).getParent();
        var stop = new AtomicBoolean();
        Thread attacker = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                try {
                    Files.deleteIfExists(flipping);
                    Files.createSymbolicLink(flipping, outside.getParent());
                    Files.delete(flipping);
                    Files.move(real, flipping);
                    Files.move(flipping, real);
                } catch (IOException e) {
                    // the mount keeps the folder busy; again
                }
            }
        });
        try {
            for (int i = 0; i < 30; i++) {
                Mount shared = Mount.bind(volume.toString(), "/volume", "rbind");
                Mount target = Mount.of("tmpfs", "tmpfs", "/volume/flip/place");
                String id = box.id("race" + i);
                try {
                    Shim shim = box.create(id, mounts(shared, target).apply(box.spec(id, "true")));
                    box.runtime.start(id);
                    box.outcome(shim);
                } catch (OciException e) {
                    assertFalse(e.getMessage().isEmpty());
                }
                assertFalse(Files.readString(Path.of("/proc/self/mountinfo")).contains(outside.toString()));
                try (var names = Files.list(outside)) {
                    assertEquals(0, names.count());
                }
                box.runtime.delete(id, true);
            }
        } finally {
            stop.set(true);
            attacker.join();
        }
    }

    @Test
    void processOfAnotherContainerCannotBeTracedWhileItIsSetUp() throws Exception {
        String id = box.id("waiting");
        Shim shim = box.create(id, box.spec(id, "true"));
        // owned by root although another user could be the process's: it is not dumpable
        assertEquals(0, Files.getAttribute(Path.of("/proc/" + shim.pid() + "/mem"), "unix:uid"));
        assertTrue(Files.readString(Path.of("/proc/" + shim.pid() + "/status")).contains("NSpid:"));
    }

    @Test
    void idsThatArePathsAreRefused() {
        for (String id : List.of("../x", "a/b", "", ".", "..", "a b", "a\nb")) {
            assertThrows(InvalidSpec.class, () -> box.create(id, box.spec("x", "true")));
            assertThrows(OciException.NotFound.class, () -> box.runtime.state(id));
        }
    }
}
