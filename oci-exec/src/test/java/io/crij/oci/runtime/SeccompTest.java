package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crij.linux.Epoll;
import io.crij.linux.Fd;
import io.crij.linux.UnixListener;
import io.crij.linux.UnixSocket;
import io.crij.oci.spec.Seccomp;
import io.crij.oci.spec.Seccomp.Action;
import io.crij.oci.spec.Seccomp.Arg;
import io.crij.oci.spec.Seccomp.Op;
import io.crij.oci.spec.Seccomp.Rule;
import io.crij.oci.spec.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Filters on real processes; what they compile to is tested beside the compiler.
class SeccompTest extends ContainerTest {
    private static final int ENOSYS = 38;

    private static UnaryOperator<Spec> filter(Rule... rules) {
        var seccomp = new Seccomp(Action.SCMP_ACT_ALLOW, null, List.of(), List.of(), null, null, List.of(rules));
        return linux(l -> l.seccomp = seccomp);
    }

    private static Rule rule(Action action, Integer errno, String... names) {
        return new Rule(List.of(names), action, errno, List.of());
    }

    @Test
    void refusedCallHasItsErrorNumber() throws Exception {
        var denied = filter(rule(Action.SCMP_ACT_ERRNO, null, "mkdir", "mkdirat"));
        assertTrue(sh(denied, "mkdir /x").contains("Operation not permitted"));
        var missing = filter(rule(Action.SCMP_ACT_ERRNO, ENOSYS, "mkdir", "mkdirat"));
        assertTrue(sh(missing, "mkdir /x").contains("Function not implemented"));
    }

    @Test
    void killedProcessHasTheSignal() throws Exception {
        for (Action action : List.of(Action.SCMP_ACT_KILL, Action.SCMP_ACT_KILL_PROCESS, Action.SCMP_ACT_TRAP)) {
            var outcome = box.run(
                    "kill" + action.ordinal(),
                    filter(rule(action, null, "mkdir", "mkdirat")),
                    "sh",
                    "-c",
                    "mkdir /x; echo $?");
            assertEquals("159\n", outcome.out());
        }
    }

    @Test
    void argumentsAreCompared() throws Exception {
        var rule = new Rule(List.of("kill"), Action.SCMP_ACT_ERRNO, null, List.of(new Arg(1, 0, 0, Op.SCMP_CMP_EQ)));
        String out = sh(filter(rule), "kill -0 $$; kill -CONT $$ && echo sent");
        assertTrue(out.contains("sent\n"), out);
        assertTrue(out.contains("Operation not permitted"), out);
    }

    @Test
    void filterIsThereWithAndWithoutNewPrivileges() throws Exception {
        var denied = filter(rule(Action.SCMP_ACT_ERRNO, null, "mkdir", "mkdirat"));
        String script = "grep Seccomp: /proc/self/status; mkdir /x";
        for (boolean given : List.of(true, false)) {
            String out = sh(both(denied, process(p -> p.noNewPrivileges = given)), script);
            assertTrue(out.startsWith("Seccomp:\t2\n"), out);
            assertTrue(out.contains("not permitted"), out);
        }
    }

    /// The profile need not allow what the runtime itself does before.
    @Test
    void profileMayDenyEverythingThatTheProgramDoesNotUse() throws Exception {
        var denied = filter(rule(
                Action.SCMP_ACT_KILL_PROCESS,
                null,
                "chdir",
                "fchdir",
                "setgroups",
                "capset",
                "mount",
                "umount2",
                "close_range",
                "seccomp"));
        assertEquals(0, box.run("bare", denied, "true").code());
    }

    @Test
    void execHasTheContainersFilter() throws Exception {
        String id = box.id("exec");
        var spec = filter(rule(Action.SCMP_ACT_ERRNO, null, "mkdir", "mkdirat")).apply(box.spec(id, "sleep", "1000"));
        box.create(id, spec);
        box.runtime.start(id);
        assertTrue(box.exec(id, Box.process("mkdir", "/x")).err().contains("Operation not permitted"));
    }

    private UnaryOperator<Spec> asking(Path socket, boolean newPrivileges, String... names) {
        var seccomp = new Seccomp(
                Action.SCMP_ACT_ALLOW,
                null,
                List.of(),
                List.of(),
                socket.toString(),
                "some=data",
                List.of(rule(Action.SCMP_ACT_NOTIFY, null, names)));
        return both(linux(l -> l.seccomp = seccomp), process(p -> p.noNewPrivileges = !newPrivileges));
    }

    /// Takes one message of the runtime, checks it, and waits until the process asks; then nobody answers any more.
    private static JsonNode serve(UnixListener listener) throws Exception {
        await(listener.fd(), "the runtime does not come");
        try (UnixSocket runtime = listener.accept();
                UnixSocket.Message message = runtime.receive(65536)) {
            assertEquals(1, message.descriptors().size());
            Fd descriptor = message.descriptors().getFirst();
            assertEquals(
                    "anon_inode:seccomp notify",
                    Files.readSymbolicLink(Path.of(descriptor.procPath())).toString());
            assertEquals(0, runtime.receive(100).bytes().length, "one state a connection");
            await(descriptor, "the process does not ask");
            return new ObjectMapper().readTree(message.bytes());
        }
    }

    private static void await(Fd descriptor, String otherwise) throws Exception {
        try (var epoll = new Epoll()) {
            epoll.add(descriptor, Epoll.IN, 1);
            assertTrue(epoll.await(Duration.ofSeconds(60), (_, _) -> {}) > 0, otherwise);
        }
    }

    @Test
    void agentGetsTheDescriptorOfEveryProcess() throws Exception {
        Path socket = box.folder.resolve("agent.sock");
        try (var listener = UnixListener.bind(socket.toString(), UnixSocket.Kind.STREAM);
                var agents = Executors.newSingleThreadExecutor()) {
            for (boolean newPrivileges : List.of(false, true)) {
                String id = box.id("asks" + newPrivileges);
                var spec = asking(socket, newPrivileges, "mkdir", "mkdirat")
                        .apply(box.spec(id, "sh", "-c", "mkdir /x; sleep 1000"))
                        .with(s -> s.annotations.put("a", "b"));
                Future<JsonNode> served = agents.submit(() -> serve(listener));
                Shim shim = box.create(id, spec);
                box.runtime.start(id);
                JsonNode state = served.get(60, TimeUnit.SECONDS);
                assertEquals("[\"seccompFd\"]", state.get("fds").toString());
                assertEquals("some=data", state.get("metadata").asText());
                assertEquals(shim.pid(), state.get("pid").asInt());
                assertEquals(shim.pid(), state.get("state").get("pid").asInt());
                assertEquals(id, state.get("state").get("id").asText());
                assertEquals("b", state.get("state").get("annotations").get("a").asText());

                Future<JsonNode> another = agents.submit(() -> serve(listener));
                var exec = Box.process("mkdir", "/y").with(p -> p.noNewPrivileges = !newPrivileges);
                assertTrue(box.exec(id, exec).err().contains("Function not implemented"));
                JsonNode ofExec = another.get(60, TimeUnit.SECONDS);
                assertNotEquals(shim.pid(), ofExec.get("pid").asInt());
                assertEquals(shim.pid(), ofExec.get("state").get("pid").asInt());
                assertEquals("running", ofExec.get("state").get("status").asText());
            }
        }
    }

    /// A runtime that has gone meanwhile leaves to the next one what it needs.
    @Test
    void laterRuntimeServesTheAgent() throws Exception {
        Path socket = box.folder.resolve("later.sock");
        String id = box.id("later");
        Shim shim = box.create(id, asking(socket, false, "mkdir", "mkdirat").apply(box.spec(id, "mkdir", "/x")));
        try (var listener = UnixListener.bind(socket.toString(), UnixSocket.Kind.STREAM);
                var agents = Executors.newSingleThreadExecutor();
                var later = new BuiltinRuntime(box.folder.resolve("state"))) {
            Future<JsonNode> served = agents.submit(() -> serve(listener));
            later.start(id);
            assertEquals(
                    id, served.get(60, TimeUnit.SECONDS).get("state").get("id").asText());
            assertTrue(box.outcome(shim).err().contains("Function not implemented"));
        }
    }

    @Test
    void processWithoutItsAgentDoesNotRun() throws Exception {
        Path socket = box.folder.resolve("no-agent.sock");
        String id = box.id("alone");
        Shim shim = box.create(id, asking(socket, false, "mkdir").apply(box.spec(id, "touch", "/ran")));
        var e = assertThrows(OciException.StepFailed.class, () -> box.runtime.start(id));
        assertTrue(e.getMessage().contains("to the agent at " + socket), e.getMessage());
        assertEquals(137, Box.await(shim).code());
        assertFalse(Files.exists(box.rootfs.resolve("ran")));
    }

    @Test
    void whatTheRuntimeItselfNeedsCannotAsk() {
        var writes = asking(box.folder.resolve("s"), false, "write");
        var e = assertThrows(OciException.InvalidSpec.class, () -> box.run("writes", writes, "true"));
        assertEquals("linux.seccomp.syscalls[0].names", e.path());
    }
}
