package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.NamespaceMode;
import io.crij.linux.ErrnoException;
import io.crij.linux.WindowSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `crij exec`, `attach` and `port-forward` as a person uses them: at a real terminal, with Ctrl-C.
@Timeout(300)
class CommandLineStreamsTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final WindowSize SIZE = new WindowSize(33, 111);
    private static final int INTERRUPTED = 130;
    private static final int FAILED_BEFORE_THE_COMMAND = 125;

    private static Node node;
    private static String image;

    @BeforeAll
    static void startNode() {
        node = Node.start();
        image = node.registry().push(TestImage.busybox("e2e/terminal:1"));
        node.pods().pull(image);
    }

    @AfterAll
    static void closeNode() {
        node.close();
    }

    @AfterEach
    void removePods() {
        node.pods().all().forEach(node.pods()::end);
    }

    private static List<String> crij(String verb, String... words) {
        var all = new ArrayList<>(List.of(
                CrijServer.distribution().resolve("bin/crij").toString(),
                verb,
                "--endpoint",
                node.server().socket().toString()));
        all.addAll(List.of(words));
        return node.place().inside(all);
    }

    private static TerminalSession session(String verb, String... words) throws ErrnoException {
        return new TerminalSession(SIZE, crij(verb, words));
    }

    private static String start(NamespaceMode network, Consumer<ContainerConfig.Builder> change, String... command) {
        var config = node.pods().config("person", network).build();
        var pod = node.pods().run(config);
        var wanted = Pods.container("main", image, network, List.of(command));
        change.accept(wanted);
        var container = node.pods().create(pod, config, wanted.build());
        node.pods().start(container);
        return container;
    }

    private static boolean runs(String container, String command) {
        return node.pods()
                .exec(container, "ps", "-o", "args")
                .getStdout()
                .toStringUtf8()
                .contains(command);
    }

    private static void assertAsFound(TerminalSession session, String before) throws ErrnoException {
        assertEquals(before, session.mode(), "the terminal keeps another mode");
    }

    @Test
    void aShellAtOurTerminal() throws ErrnoException {
        var id = start(NamespaceMode.NODE, _ -> {}, "sleep", "1000");
        try (var session = session("exec", "-it", id, "sh")) {
            session.type("echo $((40+2))\n");
            session.await("42");
            var raw = session.mode();
            assertTrue(raw.contains("-icanon") && raw.contains("-echo "), raw);
            session.type("busybox stty size\n");
            session.await("33 111");
            session.resize(new WindowSize(44, 122));
            session.type("until busybox stty size | busybox grep '44 122'; do sleep 0.05; done; echo grown\n");
            session.await("\ngrown");

            session.type("sleep 3333\n");
            Waiting.until("the command runs", SOON, () -> runs(id, "sleep 3333"));
            session.type(TerminalSession.CTRL_C);
            Waiting.until("Ctrl-C ends it", SOON, () -> !runs(id, "sleep 3333"), session::screen);
            session.type("echo after $?\n");
            session.await("after 130");
            session.type("exit 7\n");
            assertEquals(7, session.exitCode());
            assertTrue(session.mode().contains(" icanon") && session.mode().contains(" echo "), session.mode());
        }
        assertEquals(ContainerState.CONTAINER_RUNNING, node.pods().status(id).getState());
    }

    @Test
    void theTerminalIsGivenBackAsItWasFound() throws ErrnoException {
        var id = start(NamespaceMode.NODE, _ -> {}, "sleep", "1000");
        String before;
        try (var session = new TerminalSession(SIZE, List.of("true"))) {
            session.exitCode();
            before = session.mode();
        }
        try (var session = session("exec", "-it", id, "sh", "-c", "exit 3")) {
            assertEquals(3, session.exitCode());
            assertAsFound(session, before);
        }
        try (var session = session("exec", "-it", id, "/no/such/program")) {
            assertTrue(session.exitCode() != 0);
            session.await("/no/such/program");
            assertAsFound(session, before);
        }
        try (var session = session("exec", "-it", id, "sh", "-c", "echo ready; kill -9 $$")) {
            assertEquals(137, session.exitCode());
            assertAsFound(session, before);
        }
    }

    @Test
    void inputFromAFileGoesThroughACommand(@TempDir Path folder) throws Exception {
        var id = start(NamespaceMode.NODE, _ -> {}, "sleep", "1000");
        var input = folder.resolve("input");
        Files.writeString(input, "line\n".repeat(200_000));
        var process = new ProcessBuilder(crij("exec", "-i", id, "sh", "-c", "cat; echo err >&2; exit 5"))
                .redirectInput(input.toFile())
                .redirectOutput(folder.resolve("output").toFile())
                .redirectError(folder.resolve("error").toFile())
                .start();
        assertEquals(5, process.waitFor());
        assertEquals(-1, Files.mismatch(input, folder.resolve("output")));
        assertEquals("err\n", Files.readString(folder.resolve("error")));
    }

    @Test
    void aTerminalWithoutOneIsRefused() {
        var id = start(NamespaceMode.NODE, _ -> {}, "sleep", "1000");
        var outcome = Shell.run(crij("exec", "-it", id, "sh"));
        assertEquals(FAILED_BEFORE_THE_COMMAND, outcome.exitCode(), outcome.output());
        assertTrue(outcome.output().contains("--tty"), outcome.output());
    }

    @Test
    void attachedPersonTypesAndLeavesAndComesBack() throws ErrnoException {
        var id = start(NamespaceMode.NODE, c -> c.setTty(true).setStdin(true), "sh");
        try (var session = session("attach", "-it", id)) {
            session.type("echo $((50+1))\n");
            session.await("51");
            session.type(TerminalSession.CTRL_P_CTRL_Q);
            assertEquals(0, session.exitCode());
            assertTrue(session.mode().contains(" icanon"), session.mode());
        }
        assertEquals(ContainerState.CONTAINER_RUNNING, node.pods().status(id).getState());
        try (var session = session("attach", "-it", id)) {
            session.type("echo $((50+2))\n");
            session.await("52");
            session.type("exit 6\n");
            // the code is the container's, to be asked for there
            assertEquals(0, session.exitCode());
        }
        assertEquals(6, node.pods().awaitEnd(id).getExitCode());
    }

    @Test
    void ctrlCLeavesAnAttachAndNotTheContainer() throws ErrnoException {
        var id = start(NamespaceMode.NODE, _ -> {}, "sh", "-c", "while true; do echo tick; sleep 0.1; done");
        try (var session = session("attach", id)) {
            session.await("tick");
            session.type(TerminalSession.CTRL_C);
            assertEquals(INTERRUPTED, session.exitCode());
        }
        assertEquals(ContainerState.CONTAINER_RUNNING, node.pods().status(id).getState());
    }

    @Test
    void inputThatEndsOnceEndsTheContainer() throws Exception {
        var id = start(NamespaceMode.NODE, c -> c.setStdin(true).setStdinOnce(true), "cat");
        var process = new ProcessBuilder(crij("attach", "-i", id))
                .redirectErrorStream(true)
                .start();
        try (var in = process.getOutputStream()) {
            in.write("hello\n".getBytes(StandardCharsets.UTF_8));
        }
        assertEquals("hello\n", new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(0, process.waitFor());
        assertEquals(0, node.pods().awaitEnd(id).getExitCode());
    }

    @Test
    void portsOfAPodAreHereUntilCtrlC() throws ErrnoException, IOException {
        start(NamespaceMode.POD, _ -> {}, "sh", "-c", "while true; do echo served | nc -l -p 8080; done");
        var pod = node.pods().all().getFirst();
        try (var session = session("port-forward", pod, ":8080", ":9")) {
            var line = Pattern.compile("Forwarding 127.0.0.1:(\\d+) to port (\\d+)");
            session.await("to port 9 ");
            var ports = line.matcher(session.screen());
            assertTrue(ports.find(), session.screen());
            var port = ports.group(1);
            // more than once, and a port where nobody listens ends nothing
            for (int i = 0; i < 3; i++) {
                Waiting.until("the pod answers", SOON, () -> ask(port).contains("served"), session::screen);
            }
            assertTrue(ports.find());
            assertFalse(ask(ports.group(1)).contains("served"));
            Waiting.until("the pod answers again", SOON, () -> ask(port).contains("served"), session::screen);
            session.type(TerminalSession.CTRL_C);
            assertEquals(INTERRUPTED, session.exitCode());
            assertFalse(ask(port).contains("served"));
        }
    }

    private static String ask(String port) {
        return Shell.run(node.place().inside(List.of("busybox", "nc", "-w", "5", "127.0.0.1", port)))
                .output();
    }
}
