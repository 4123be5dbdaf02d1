package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.cgroup.CgroupFolders;
import io.crij.oci.cgroup.CgroupHost;
import io.crij.oci.cgroup.CgroupLayout;
import io.crij.oci.spec.SpecWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the command says to what cannot be, and that nothing stays behind.
final class CommandBadInputTest extends ContainerTest {
    private OwnCommand.Result verb(String... words) throws Exception {
        return verb(state(), words);
    }

    private OwnCommand.Result verb(Path state, String... words) throws Exception {
        var all = new ArrayList<>(List.of("--root", state.toString()));
        all.addAll(List.of(words));
        return new OwnCommand(List.of(), box.folder.resolve("verb.out")).run(all.toArray(String[]::new));
    }

    private Path state() {
        return box.folder.resolve("state");
    }

    private Path bundle(String id, String... args) throws Exception {
        Path bundle = Files.createDirectories(box.folder.resolve("bundle-" + id));
        Files.write(bundle.resolve("config.json"), new SpecWriter().write(box.spec(id, args)));
        return bundle;
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private boolean hasCgroup(String id) throws IOException, OciException {
        return CgroupFolders.of(CgroupHost.read(), "/" + box.cgroups() + "/" + id, CgroupLayout.WITH_SHIM)
                .container()
                .stream()
                .anyMatch(Files::exists);
    }

    private void nothingIsLeft(String id) throws Exception {
        assertEquals(List.of(), names(state()));
        assertFalse(hasCgroup(id));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        "ociVersion":"2.0.0"     ; ociVersion: "2.0.0": only versions 1.x
        "ociVersion":"0.9.0"     ; ociVersion: "0.9.0": only
        "ociVersion":"one"       ; ociVersion: "one": only
        "ociVersion":1           ; ociVersion: 1: must be a string
        "ociVersion":"1.0.2","x  ; is not well-formed
        """)
    void configurationsOfAnotherKindAreRefused(String json, String says) throws Exception {
        String id = box.id("version");
        Path bundle = Files.createDirectories(box.folder.resolve("bundle"));
        Files.writeString(
                bundle.resolve("config.json"),
                "{" + json + ",\"root\":{\"path\":\"" + box.rootfs
                        + "\"},\"process\":{\"cwd\":\"/\",\"args\":[\"true\"]}}");
        for (String verb : List.of("create", "run")) {
            var result = verb(verb, "--bundle", bundle.toString(), id);
            assertEquals(1, result.code(), result.out());
            assertTrue(result.out().contains(says), result.out());
        }
        nothingIsLeft(id);
    }

    @Test
    void anIdIsOneContainers() throws Exception {
        String id = box.id("twice");
        Path bundle = bundle(id, "sleep", "1000");
        assertEquals(new OwnCommand.Result("", 0), verb("create", "--bundle", bundle.toString(), id));
        List<String> files = names(state().resolve(id));
        for (String verb : List.of("create", "run")) {
            var second = verb(verb, "--bundle", bundle.toString(), id);
            assertEquals(new OwnCommand.Result("container with given ID already exists: " + id + "\n", 1), second);
        }
        assertEquals(files, names(state().resolve(id)));
        assertTrue(verb("state", id).out().contains("\"status\" : \"created\""));
        assertEquals(new OwnCommand.Result("", 0), verb("start", id));
        assertTrue(verb("state", id).out().contains("\"status\" : \"running\""));
        assertEquals(new OwnCommand.Result("", 0), verb("delete", "--force", id));
        nothingIsLeft(id);
    }

    /// `elsewhere` is a folder beside the root of containers that looks like one of them.
    @ParameterizedTest
    @ValueSource(strings = {"../elsewhere", "./../elsewhere", "..", ".", "", "a/../../elsewhere", "a\nb"})
    void idsDoNotLeadOutOfTheFolder(String id) throws Exception {
        String known = box.id("known");
        box.create(known, box.spec(known, "sleep", "1000"));
        Path elsewhere = box.folder.resolve("elsewhere");
        Files.createDirectories(elsewhere);
        Files.copy(state().resolve(known).resolve("state.json"), elsewhere.resolve("state.json"));
        Path bundle = bundle(known + "-other", "true");
        for (String verb : List.of("create", "run")) {
            var result = verb(verb, "--bundle", bundle.toString(), id);
            assertEquals(1, result.code(), verb);
            assertTrue(result.out().startsWith("id: "), result.out());
        }
        for (String verb : List.of("state", "start", "kill", "delete", "ps", "pause", "resume", "update", "events")) {
            var result = verb(verb, id);
            assertEquals(1, result.code(), verb);
            assertTrue(result.out().contains("does not exist"), verb + ": " + result.out());
        }
        assertEquals(255, verb("exec", id, "true").code());
        assertEquals(new OwnCommand.Result("", 0), verb("delete", "--force", id));
        assertEquals(List.of("state.json"), names(elsewhere));
        assertTrue(verb("state", known).out().contains("\"status\" : \"created\""));
    }

    @Test
    void idsThatAreTooLongLeaveNothing() throws Exception {
        String id = "x".repeat(300);
        var result = verb("run", "--bundle", bundle("long", "true").toString(), id);
        assertEquals(1, result.code());
        assertTrue(result.out().contains("ENAMETOOLONG"), result.out());
        nothingIsLeft(id);
    }

    @Test
    void recordsThatAreNoneAreToldAndCanBeDeleted() throws Exception {
        String id = box.id("garbage");
        Files.createDirectories(state().resolve(id));
        Files.writeString(state().resolve(id).resolve("state.json"), "{\"version\":");
        var result = verb("state", id);
        assertEquals(1, result.code());
        assertTrue(result.out().startsWith("cannot read the record of container " + id), result.out());
        Files.delete(state().resolve(id).resolve("state.json"));
        Files.delete(state().resolve(id));
    }

    @Test
    void fullDisksAreToldAndContainersGoOn() throws Exception {
        String id = box.id("full");
        String second = box.id("second");
        Path disk = Files.createDirectories(box.folder.resolve("disk"));
        shell("mount -t tmpfs -o size=64k crij-test " + disk);
        try {
            Path small = disk.resolve("state");
            assertEquals(
                    new OwnCommand.Result("", 0),
                    verb(small, "create", "-b", bundle(id, "sleep", "1000").toString(), id));
            shell("head -c 100000 /dev/zero >" + disk + "/filler 2>/dev/null || true");
            for (String verb : List.of("create", "run")) {
                var full = verb(small, verb, "-b", bundle(second, "true").toString(), second);
                assertEquals(1, full.code());
                assertTrue(full.out().contains(small.resolve(second) + "/state.json: ENOSPC"), full.out());
            }
            assertEquals(List.of(id), names(small));
            assertFalse(hasCgroup(second));
            assertEquals(new OwnCommand.Result("", 0), verb(small, "start", id));
            assertTrue(verb(small, "state", id).out().contains("\"status\" : \"running\""));
            assertEquals(new OwnCommand.Result("ran\n", 0), verb(small, "exec", id, "echo", "ran"));
            assertEquals(new OwnCommand.Result("", 0), verb(small, "pause", id));
            assertEquals(new OwnCommand.Result("", 0), verb(small, "resume", id));
            assertEquals(new OwnCommand.Result("", 0), verb(small, "kill", id, "KILL"));
            assertEquals(new OwnCommand.Result("", 0), verb(small, "delete", "--force", id));
            assertEquals(List.of(), names(small));
            assertFalse(hasCgroup(id));
        } finally {
            shell("umount -l " + disk);
        }
    }

    @Test
    void pausedBeforeItsStartItCanBeResumed() throws Exception {
        String id = box.id("paused");
        assertEquals(
                new OwnCommand.Result("", 0),
                verb("create", "-b", bundle(id, "sleep", "1000").toString(), id));
        assertEquals(new OwnCommand.Result("", 0), verb("pause", id));
        assertTrue(verb("state", id).out().contains("\"status\" : \"paused\""));
        assertEquals(1, verb("start", id).code());
        assertEquals(new OwnCommand.Result("", 0), verb("resume", id));
        assertEquals(new OwnCommand.Result("", 0), verb("start", id));
        assertEquals(new OwnCommand.Result("", 0), verb("delete", "--force", id));
    }

    private static void shell(String script) throws Exception {
        Process sh = new ProcessBuilder("sh", "-ec", script).inheritIO().start();
        assertEquals(0, sh.waitFor(), script);
    }
}
