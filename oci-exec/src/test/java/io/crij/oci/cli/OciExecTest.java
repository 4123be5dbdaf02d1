package io.crij.oci.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.runtime.ContainerState.Status;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.IdMapping;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecReader;
import io.crij.oci.spec.SpecValidator;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The command line that engines use, and the words and codes they look for.
final class OciExecTest {
    private static final String CONFIG = """
            {"ociVersion":"1.0.2","root":{"path":"rootfs"},
             "process":{"cwd":"/","args":["true"],"env":["A=b"],"user":{"uid":5,"gid":6},
              "capabilities":{"bounding":["CAP_KILL"]}}}
            """;

    @TempDir
    private Path folder;

    private int user;
    private final FakeRuntime runtime = new FakeRuntime();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void makeBundle() throws Exception {
        Files.writeString(folder.resolve("config.json"), CONFIG);
    }

    @Test
    void createStartKillDelete() throws Exception {
        Path pid = folder.resolve("pid");
        assertEquals(0, run("create", "--bundle", folder.toString(), "--pid-file", pid.toString(), "c1"), err());
        assertEquals("4711", Files.readString(pid));
        assertEquals(0, run("start", "c1"));
        assertEquals(Status.RUNNING, runtime.containers.get("c1"));
        assertEquals(0, run("kill", "c1", "KILL"));
        assertEquals(List.of("c1 9"), runtime.signals);
        assertEquals(0, run("delete", "--force", "c1"));
        assertEquals("", out());
    }

    @ParameterizedTest
    @CsvSource({"9, 9", "KILL, 9", "SIGKILL, 9", "kill, 9", "WINCH, 28", "0, 0", "SIGRTMIN+3, 37"})
    void signalsAreNamesOrNumbers(String given, int number) {
        runtime.containers.put("c1", Status.RUNNING);
        assertEquals(0, run("kill", "c1", given), err());
        assertEquals(List.of("c1 " + number), runtime.signals);
    }

    @Test
    void killSaysTheWordsThatEnginesLookFor() {
        runtime.containers.put("c1", Status.STOPPED);
        assertEquals(1, run("kill", "c1"));
        assertTrue(err().contains("container not running"), err());
        assertEquals(0, run("kill", "--all", "c1"));
        assertEquals(List.of(), runtime.signals);
    }

    @ParameterizedTest
    @ValueSource(strings = {"state", "start", "kill", "delete", "pause", "resume", "ps", "update"})
    void anUnknownContainerDoesNotExist(String verb) {
        assertEquals(1, run(verb, "nobody"));
        assertTrue(err().contains("does not exist"), err());
        assertEquals("", out());
    }

    @Test
    void deleteWithForceForgivesAnUnknownContainer() {
        assertEquals(0, run("delete", "--force", "nobody"));
        assertEquals("", err());
    }

    @Test
    void stateIsJson() throws Exception {
        runtime.containers.put("c1", Status.CREATED);
        assertEquals(0, run("state", "c1"));
        JsonNode state = new ObjectMapper().readTree(out());
        assertEquals("created", state.get("status").asText());
        assertEquals(4711, state.get("pid").asInt());
    }

    @Test
    void listShowsEveryFolderOfAContainer() throws Exception {
        Path root = Files.createDirectories(folder.resolve("root"));
        Files.createDirectories(root.resolve("c1"));
        Files.createDirectories(root.resolve("left-over"));
        runtime.containers.put("c1", Status.RUNNING);
        assertEquals(0, run("--root", root.toString(), "list", "-q"));
        assertEquals("c1\n", out());
        out.reset();
        assertEquals(0, run("--root=" + root, "list", "--format=json"));
        assertEquals("c1", new ObjectMapper().readTree(out()).get(0).get("id").asText());
        out.reset();
        assertEquals(0, run("--root", root.toString(), "list"));
        assertTrue(out().startsWith("ID "), out());
    }

    @Test
    void psPrintsHostPids() throws Exception {
        runtime.containers.put("c1", Status.RUNNING);
        assertEquals(0, run("ps", "--format", "json", "c1"));
        assertEquals("[1,4711]\n", out());
    }

    @Test
    void errorsStandInTheLogOnOneLineToo() throws Exception {
        Path log = folder.resolve("log.json");
        assertEquals(1, run("--log", log.toString(), "--log-format", "json", "start", "nobody"));
        List<String> lines = Files.readAllLines(log);
        assertEquals(1, lines.size());
        JsonNode line = new ObjectMapper().readTree(lines.getFirst());
        assertEquals("error", line.get("level").asText());
        assertEquals("container nobody does not exist", line.get("msg").asText());
        assertEquals("container nobody does not exist\n", err());
    }

    @Test
    void wrongOptionsAreErrorsInTheLogToo() throws Exception {
        Path log = folder.resolve("log.json");
        assertEquals(1, run("--log", log.toString(), "--log-format", "json", "start"));
        assertTrue(Files.readString(log).contains("\"level\":\"error\""), Files.readString(log));
        assertEquals("", out());
    }

    @Test
    void unknownVerbsAndFormatsAreErrors() {
        assertEquals(3, run("checkpoint", "c1"));
        assertTrue(err().contains("checkpoint"), err());
        assertEquals(1, run("list", "--format", "xml"));
        runtime.containers.put("c1", Status.RUNNING);
        assertEquals(1, run("ps", "--format", "xml", "c1"));
        assertEquals(1, run("--log-format", "xml", "state", "c1"));
        assertEquals("", out());
    }

    @Test
    void whoRunsItIsSeenAndNotBelieved() {
        runtime.containers.put("c1", Status.RUNNING);
        assertEquals(0, run("--rootless", "auto", "state", "c1"), err());
        assertEquals(0, run("--rootless=false", "state", "c1"), err());
        assertEquals(1, run("--rootless=true", "state", "c1"));
        assertTrue(err().contains("root's rights"), err());
        assertEquals(1, run("--rootless=maybe", "state", "c1"));
        assertTrue(err().contains("--rootless: maybe: must be true, false or auto"), err());
        user = 1000;
        assertEquals(0, run("state", "c1"), err());
        assertEquals(0, run("--rootless=true", "state", "c1"), err());
        assertEquals(1, run("--rootless", "false", "create", "-b", folder.toString(), "c2"));
        assertTrue(err().contains("run it as root"), err());
        assertFalse(runtime.containers.containsKey("c2"));
    }

    @Test
    void ordinaryUsersHaveAFolderOfTheirOwn() {
        assertEquals(0, run("--help"));
        assertTrue(out().replaceAll("\\s+", "").contains("(/run/oci-exec)"), out());
        out.reset();
        user = 1000;
        assertEquals(0, run("--help"));
        assertTrue(out().replaceAll("\\s+", "").contains("(" + folder.resolve("user/oci-exec") + ")"), out());
    }

    @Test
    void helpIsNoError() {
        for (List<String> arguments : List.of(List.<String>of(), List.of("--root", "/x", "help"), List.of("--help"))) {
            assertEquals(0, run(arguments.toArray(String[]::new)), err());
            assertTrue(out().contains("events"), out());
            out.reset();
        }
    }

    @Test
    void aTerminalNeedsASocketOnCreate() throws Exception {
        Files.writeString(folder.resolve("config.json"), CONFIG.replace("\"cwd\"", "\"terminal\":true,\"cwd\""));
        assertEquals(1, run("create", "-b", folder.toString(), "c1"));
        assertTrue(err().contains("--console-socket"), err());
        assertFalse(runtime.containers.containsKey("c1"));
    }

    @Test
    void aFailingPidFileUndoesTheContainer() {
        assertEquals(1, run("create", "-b", folder.toString(), "--pid-file", folder + "/no/pid", "c1"));
        assertFalse(runtime.containers.containsKey("c1"));
    }

    @Test
    void errorsOfFilesSayWhy() throws Exception {
        String nowhere = folder + "/no/file";
        assertEquals(1, run("create", "-b", folder.toString(), "--pid-file", nowhere, "c1"));
        assertEquals("cannot write --pid-file " + nowhere + ": there is no such file or folder\n", err());
        runtime.containers.put("c1", Status.RUNNING);
        err.reset();
        assertEquals(255, run("exec", "--process", nowhere, "c1"));
        assertTrue(err().contains("--process") && err().contains("cannot be read: there is no such file"), err());
        err.reset();
        assertEquals(1, run("update", "--resources", folder.toString(), "c1"));
        assertTrue(err().contains("--resources") && err().contains("cannot be read: Is a directory"), err());
        err.reset();
        // the bundle of a container may be gone
        Files.delete(folder.resolve("config.json"));
        assertEquals(255, run("exec", "c1", "true"));
        assertTrue(err().contains("/config.json: there is no such file or folder"), err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "a/b", "", "a b"})
    void idsCannotLeadElsewhere(String id) {
        assertEquals(1, run("create", "-b", folder.toString(), id));
        assertTrue(runtime.containers.isEmpty());
    }

    @Test
    void runEndsWithTheCodeOfTheContainer() {
        runtime.exitCode = 42;
        assertEquals(42, run("run", "-b", folder.toString(), "c1"), err());
        assertTrue(runtime.containers.isEmpty());
        assertEquals(0, run("run", "-d", "-b", folder.toString(), "c2"), err());
        assertEquals(Status.RUNNING, runtime.containers.get("c2"));
    }

    @Test
    void aContainerThatCannotBeWaitedForDoesNotStay() throws Exception {
        // epoll takes no regular files
        try (Fd file = Fd.open(folder.resolve("config.json").toString(), FileFlags.O_RDONLY)) {
            runtime.exited = file;
            assertEquals(1, run("run", "-b", folder.toString(), "c1"));
            assertTrue(err().contains("cannot wait for the process"), err());
            assertTrue(runtime.containers.isEmpty());
            assertEquals(1, run("run", "--keep", "-b", folder.toString(), "c2"));
            assertEquals(Status.RUNNING, runtime.containers.get("c2"));
        }
    }

    @Test
    void execsGroupIsTheContainersUnlessGiven() {
        assertEquals(0, run("create", "-b", folder.toString(), "c1"), err());
        assertEquals(0, run("exec", "--user", "1000", "c1", "true"), err());
        assertEquals(1000, runtime.execs.getFirst().user().uid());
        assertEquals(6, runtime.execs.getFirst().user().gid());
    }

    @Test
    void execTakesTheContainersProcessWithChanges() {
        assertEquals(0, run("create", "-b", folder.toString(), "c1"), err());
        runtime.exitCode = 7;
        int code = run(
                "exec", "--env", "C=d", "-u", "1:2", "--cwd", "/tmp", "--cap", "CAP_CHOWN", "c1", "ls", "-l", "--all");
        assertEquals(7, code, err());
        var process = runtime.execs.getFirst();
        assertEquals(List.of("ls", "-l", "--all"), process.args());
        assertEquals(List.of("A=b", "C=d"), process.env());
        assertEquals(1, process.user().uid());
        assertEquals(2, process.user().gid());
        assertEquals("/tmp", process.cwd());
        assertEquals(List.of("CAP_KILL", "CAP_CHOWN"), process.capabilities().bounding());
        assertEquals(List.of(), process.capabilities().inheritable());
    }

    @Test
    void execTakesAProcessFile() throws Exception {
        runtime.containers.put("c1", Status.RUNNING);
        Path file = Files.writeString(folder.resolve("p.json"), "{\"cwd\":\"/x\",\"args\":[\"a\"]}");
        assertEquals(0, run("exec", "--process", file.toString(), "--detach", "c1"), err());
        assertEquals("/x", runtime.execs.getFirst().cwd());
    }

    @Test
    void execsOwnFailureIs255() {
        assertEquals(255, run("exec", "nobody", "true"));
        runtime.containers.put("c1", Status.PAUSED);
        assertEquals(255, run("exec", "c1", "true"));
        assertTrue(err().contains("paused"), err());
    }

    @Test
    void execWaitsForAPausedContainerWhenAsked() throws Exception {
        assertEquals(0, run("create", "-b", folder.toString(), "c1"), err());
        runtime.containers.put("c1", Status.PAUSED);
        var exec = CompletableFuture.supplyAsync(() -> run("exec", "--ignore-paused", "c1", "true"));
        assertThrows(TimeoutException.class, () -> exec.get(200, TimeUnit.MILLISECONDS));
        assertEquals(List.of(), runtime.execs);
        runtime.containers.put("c1", Status.RUNNING);
        assertEquals(0, exec.get(10, TimeUnit.SECONDS), err());
        assertEquals(List.of("true"), runtime.execs.getFirst().args());
    }

    @Test
    void updateTakesOptionsOrAFile() throws Exception {
        runtime.containers.put("c1", Status.RUNNING);
        assertEquals(0, run("update", "--cpu-share", "512", "--pids-limit", "9", "c1"), err());
        assertEquals(512, runtime.updates.getFirst().cpu().shares());
        Path file = Files.writeString(folder.resolve("r.json"), "{\"memory\":{\"limit\":1}}");
        assertEquals(0, run("update", "--resources", file.toString(), "c1"), err());
        assertEquals(1, runtime.updates.getLast().memory().limit());
    }

    @ParameterizedTest
    @CsvSource({"1048576, 1048576", "-1, -1", "512k, 524288", "10M, 10485760", "1GiB, 1073741824", "2gb, 2147483648"})
    void sizesHaveUnits(String given, long bytes) {
        runtime.containers.put("c1", Status.RUNNING);
        assertEquals(0, run("update", "--memory", given, "--memory-swap=" + given, "c1"), err());
        assertEquals(bytes, runtime.updates.getFirst().memory().limit());
        assertEquals(bytes, runtime.updates.getFirst().memory().swap());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--memory=1x", "--memory=", "--memory=99999999P", "--mem-bw-schema=MB:0=20"})
    void whatCannotBeAppliedIsRefused(String option) {
        runtime.containers.put("c1", Status.RUNNING);
        assertEquals(1, run("update", option, "c1"));
        assertTrue(err().contains(option.substring(0, option.indexOf('='))), err());
        assertEquals(List.of(), runtime.updates);
    }

    @Test
    void runtimeThatDoesNotSayWhereItCountsHasNoEvents() {
        runtime.containers.put("c1", Status.RUNNING);
        assertEquals(1, run("events", "--stats", "c1"));
        assertTrue(err().contains("cgroups"), err());
        runtime.containers.put("c2", Status.STOPPED);
        assertEquals(1, run("events", "c2"));
        assertTrue(err().contains("is not running"), err());
        assertEquals(1, run("events", "--interval", "soon", "c1"));
        assertTrue(err().contains("--interval: soon"), err());
    }

    @Test
    void intervalsAreWrittenAsGoWritesThem() throws Exception {
        assertEquals(Duration.ofMillis(500), Events.duration("500ms"));
        assertEquals(Duration.ofMinutes(2), Events.duration("2m"));
    }

    @Test
    void theTemplateForOneUserNeedsNothingOfTheHosts() throws Exception {
        var spec = SpecTemplate.rootless(SpecTemplate.template(), 1000, 100);
        assertEquals(List.of(), new SpecValidator().validate(spec));
        assertEquals(List.of(new IdMapping(0, 1000, 1)), spec.linux().uidMappings());
        assertEquals(List.of(new IdMapping(0, 100, 1)), spec.linux().gidMappings());
        assertTrue(spec.linux().creates(Namespace.Type.USER));
        assertFalse(spec.linux().creates(Namespace.Type.NETWORK));
        assertTrue(spec.mounts().stream().noneMatch(m -> m.options().contains("gid=5")));
        Path fresh = Files.createDirectories(folder.resolve("rootless"));
        assertEquals(0, run("spec", "--rootless", "--bundle", fresh.toString()), err());
        assertTrue(new SpecReader().bundle(fresh).linux().creates(Namespace.Type.USER));
    }

    @Test
    void theTemplateIsAValidBundle() throws Exception {
        Path fresh = Files.createDirectories(folder.resolve("fresh"));
        assertEquals(0, run("spec", "--bundle", fresh.toString()), err());
        assertEquals(List.of(), new SpecValidator().validate(new SpecReader().bundle(fresh)));
        assertEquals(1, run("spec", "--bundle", fresh.toString()));
    }

    @Test
    void featuresAreJson() throws Exception {
        assertEquals(0, run("features"));
        JsonNode features = new ObjectMapper().readTree(out());
        assertEquals("1.3.0", features.get("ociVersionMax").asText());
        assertTrue(
                features.get("linux").get("seccomp").get("actions").toString().contains("SCMP_ACT_NOTIFY"));
        assertTrue(features.get("mountOptions").toString().contains("\"rro\""));
    }

    @Test
    void explainListsTheSystemCallsAndMakesNone() throws Exception {
        Files.createDirectories(folder.resolve("rootfs"));
        assertEquals(0, run("explain", "--bundle", folder.toString()), err());
        assertTrue(out().contains("clone3("), out());
        assertTrue(out().contains("execve("), out());
        assertTrue(runtime.containers.isEmpty());
    }

    @Test
    void versionNamesTheProgramFirst() {
        assertEquals(0, run("--version"));
        assertTrue(out().startsWith("oci-exec version "), out());
    }

    @Test
    void withoutAPlaceTheContainerIsInTheSystemsSlice() throws Exception {
        assertEquals("system.slice:oci-exec:c1", placed("", "--systemd-cgroup"));
        assertEquals("system.slice:oci-exec:c1", placed("", "--cgroup-manager", "systemd"));
        assertEquals("a.slice:b:c", placed("a.slice:b:c", "--systemd-cgroup"));
        assertEquals("/a/b", placed("/a/b"));
    }

    @Test
    void aPlaceOfTheOtherKindIsRefused() {
        assertTrue(assertThrows(InvalidSpec.class, () -> placed("/a/b", "--systemd-cgroup"))
                .getMessage()
                .contains("slice:prefix:name"));
        assertTrue(assertThrows(InvalidSpec.class, () -> placed("a.slice:b:c"))
                .getMessage()
                .contains("--systemd-cgroup"));
        assertEquals(1, run("--cgroup-manager", "disabled", "start", "c1"));
        assertTrue(err().contains("must be cgroupfs or systemd"), err());
    }

    private String placed(String path, String... flags) throws Exception {
        var command = new OciExec((_, _) -> runtime, () -> user, null, System.out, System.err);
        assertEquals(flags.length, command.readOptions(List.of(flags)));
        var spec = Spec.EMPTY.with(s -> s.linux = s.linux.with(linux -> linux.cgroupsPath = path));
        return String.valueOf(command.placed(spec, "c1").linux().cgroupsPath());
    }

    private int run(String... args) {
        return new OciExec(
                        (_, _) -> runtime,
                        () -> user,
                        folder.resolve("user").toString(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(args);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
