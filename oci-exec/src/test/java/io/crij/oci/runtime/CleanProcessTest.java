package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.spec.Hook;
import io.crij.oci.spec.Hooks;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What the JVM has and its children must not inherit: signals held back or ignored, descriptors, limits, affinity, the
/// session keyring, the score for the OOM killer. Compared in the container, an exec, and every kind of hook.
class CleanProcessTest extends ContainerTest {
    private static final List<String> SIGNALS = List.of("SigBlk", "SigIgn", "SigCgt", "SigPnd", "ShdPnd");
    private static final String LOOK =
            "cat /proc/self/status; echo fds: $(ls /proc/self/fd); echo score: $(cat /proc/self/oom_score_adj);"
                    + " echo files: $(grep 'open files' /proc/self/limits); echo umask: $(umask); cat /proc/keys";

    private static Map<String, String> fields(String text) {
        var fields = new TreeMap<String, String>();
        text.lines().filter(l -> l.contains(":")).forEach(line -> {
            String[] parts = line.split(":", 2);
            fields.putIfAbsent(parts[0], parts[1].strip());
        });
        return fields;
    }

    private static void check(String where, String text) throws Exception {
        var fields = fields(text);
        for (String name : SIGNALS) {
            assertEquals("0000000000000000", fields.get(name), where + " " + name);
        }
        // the fourth is the folder that ls reads
        assertEquals("0 1 2 3", fields.get("fds"), where);
        String online =
                Files.readString(Path.of("/sys/devices/system/cpu/online")).strip();
        assertEquals(online, fields.get("Cpus_allowed_list"), where);
        assertEquals("0022", fields.get("umask"), where);
        assertEquals("0", fields.get("TracerPid"), where);
    }

    private static String softLimit() throws Exception {
        return Files.readAllLines(Path.of("/proc/self/limits")).stream()
                .filter(line -> line.startsWith("Max open files"))
                .map(line -> line.replaceAll("\\s+", " ").strip())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void firstProcess() throws Exception {
        String out = sh(open(), LOOK);
        check("container", out);
        assertEquals(softLimit(), fields(out).get("files"));
        assertTrue(out.contains(" _ses.box-"), "a session keyring of its own: " + out);
    }

    @Test
    void exec() throws Exception {
        String id = box.id("exec");
        box.create(id, open().apply(box.spec(id, "sleep", "1000")));
        box.runtime.start(id);
        Process look = Box.process("sh", "-c", LOOK).with(p -> p.oomScoreAdj = 200);
        String out = box.exec(id, look).out();
        check("exec", out);
        assertEquals("200", fields(out).get("score"));
    }

    @Test
    void hooksOfTheHostAndOfTheContainer() throws Exception {
        String id = box.id("hooks");
        Path log = box.folder.resolve("log");
        // createContainer: namespaces of the container, paths of the host
        Spec spec = open().apply(box.spec(id, "true"))
                .with(s -> s.hooks = new Hooks(
                        hook(log + ".prestart"),
                        hook(log + ".createRuntime"),
                        hook(log + ".createContainer"),
                        hook("/tmp/startContainer"),
                        hook(log + ".poststart"),
                        hook(log + ".poststop")));
        Shim shim = box.create(id, spec);
        box.runtime.start(id);
        box.outcome(shim);
        box.runtime.delete(id, false);
        for (String kind : List.of("prestart", "createRuntime", "createContainer", "poststart", "poststop")) {
            check(kind, Files.readString(Path.of(log + "." + kind)));
        }
        check("startContainer", Files.readString(box.rootfs.resolve("tmp/startContainer")));
    }

    private static List<Hook> hook(String file) {
        return List.of(new Hook(
                "/bin/sh", List.of("sh", "-c", "{ " + LOOK + "; } > " + file), List.of("PATH=/bin:/usr/bin"), 20));
    }
}
