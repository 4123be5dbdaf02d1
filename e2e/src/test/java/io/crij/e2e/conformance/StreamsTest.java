package io.crij.e2e.conformance;

import static io.crij.e2e.StreamClient.RESIZE;
import static io.crij.e2e.StreamClient.STDIN;
import static io.crij.e2e.StreamClient.STDOUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.AttachRequest;
import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.ExecRequest;
import io.crij.cri.v1.PortForwardRequest;
import io.crij.e2e.StreamClient;
import io.crij.e2e.Waiting;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Exec and attach by WebSocket, also by clients that behave badly: no process outlives its client, no client holds up
/// another.
@ExtendWith(SharedNode.class)
@Timeout(300)
class StreamsTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String V5 = "v5.channel.k8s.io";

    private static ExecRequest.Builder exec(String container, String... command) {
        return ExecRequest.newBuilder()
                .setContainerId(container)
                .addAllCmd(List.of(command))
                .setStdin(true)
                .setStdout(true)
                .setStderr(true);
    }

    private static String url(Lab lab, ExecRequest.Builder request) {
        return lab.runtime().exec(request.build()).getUrl();
    }

    private static StreamClient open(Lab lab, String url) throws IOException {
        var client = lab.node().stream(url);
        var head = client.upgrade(StreamClient.path(url), V5);
        assertTrue(head.startsWith("HTTP/1.1 101"), head);
        return client;
    }

    /// The first line of the answer to a client that asks to be upgraded.
    private static String answer(Lab lab, String url, String path) throws IOException {
        try (var client = lab.node().stream(url)) {
            return client.upgrade(path, V5).lines().findFirst().orElse("");
        }
    }

    private static boolean runs(Lab lab, String container, String command) {
        return lab.pods()
                .exec(container, "ps", "-o", "args")
                .getStdout()
                .toStringUtf8()
                .contains(command);
    }

    private static void awaitRun(Lab lab, String container, String command) {
        Waiting.until(command + " runs", SOON, () -> runs(lab, container, command));
    }

    private static void awaitEnd(Lab lab, String container, String command) {
        Waiting.until(command + " has ended", SOON, () -> !runs(lab, container, command));
    }

    @Test
    void streamsAndExitCodeOfAnExec(Lab lab) throws IOException {
        var id = lab.pod("exec").start("main", "sleep", "1000");
        try (var client = open(lab, url(lab, exec(id, "sh", "-c", "cat; echo err >&2; exit 9")))) {
            client.message(STDIN, "in ");
            client.message(STDIN, "and out\n");
            client.end(STDIN);
            var all = client.rest();
            assertEquals("in and out\n", all.stdout());
            assertEquals("err\n", all.stderr());
            assertTrue(all.status().contains("NonZeroExitCode") && all.status().contains("\"9\""), all.status());
        }
        try (var client = open(lab, url(lab, exec(id, "true").setStdin(false)))) {
            assertTrue(client.rest().status().contains("Success"));
        }
    }

    @Test
    void aTerminalFollowsTheSizesThatCanBe(Lab lab) throws IOException {
        var id = lab.pod("terminal").start("main", "sleep", "1000");
        var request = exec(id, "sh", "-c", "stty() { busybox stty size; }; while read x; do stty; done")
                .setTty(true)
                .setStderr(false);
        try (var client = open(lab, url(lab, request))) {
            client.message(RESIZE, "{\"Width\":101,\"Height\":41}");
            awaitSize(client, "41 101");
            for (var wrong : List.of(
                    "{\"Width\":99999,\"Height\":41}",
                    "{\"Width\":-1,\"Height\":-1}",
                    "{\"Width\":0,\"Height\":0}",
                    "{\"Width\":1e99,\"Height\":\"x\"}",
                    "no json at all",
                    "{".repeat(5000))) {
                client.message(RESIZE, wrong);
            }
            client.message(STDIN, "\n");
            client.await(STDOUT, "41 101");
            client.message(RESIZE, "{\"Width\":102,\"Height\":42}");
            awaitSize(client, "42 102");
        }
        awaitEnd(lab, id, "while read");
    }

    /// Sizes come on a channel of their own, so that they may be in force a little later than what was typed.
    private static void awaitSize(StreamClient client, String size) throws IOException {
        for (int i = 0; i < 200; i++) {
            client.message(STDIN, "\n");
            if (client.await(STDOUT, "\n").contains(size)) {
                return;
            }
        }
        throw new AssertionError("the terminal has not become " + size);
    }

    @Test
    void aUrlHoldsOnceForItsOwnPurpose(Lab lab) throws IOException {
        var id = lab.pod("tokens").start("main", "sleep", "1000");
        var used = url(lab, exec(id, "true"));
        var path = StreamClient.path(used);
        assertTrue(answer(lab, used, path).contains("101"));
        assertTrue(answer(lab, used, path).contains("404"));
        var other = url(lab, exec(id, "true"));
        assertTrue(answer(lab, other, StreamClient.path(other).replace("/exec/", "/attach/"))
                .contains("404"));
        assertTrue(answer(lab, other, "/exec/" + "A".repeat(43)).contains("404"));
        assertTrue(answer(lab, other, "/exec/").contains("404"));
        assertTrue(answer(lab, other, "/../../etc/passwd").contains("404"));
        var gone = url(lab, exec(id, "true"));
        lab.pods().stop(id, 0);
        assertTrue(answer(lab, gone, StreamClient.path(gone)).contains("404"));
    }

    @Test
    void aClientThatVanishesTakesItsCommandAlong(Lab lab) throws IOException {
        var id = lab.pod("vanish").start("main", "sleep", "1000");
        try (var client = open(lab, url(lab, exec(id, "sh", "-c", "sleep 4444 & sleep 4445")))) {
            awaitRun(lab, id, "sleep 4445");
            client.message(STDIN, "some");
        }
        awaitEnd(lab, id, "sleep 4445");
        awaitEnd(lab, id, "sleep 4444");
        assertEquals(ContainerState.CONTAINER_RUNNING, lab.pods().status(id).getState());
    }

    @Test
    void garbageEndsTheCommand(Lab lab) throws IOException {
        var id = lab.pod("garbage").start("main", "sleep", "1000");
        try (var client = open(lab, url(lab, exec(id, "sleep", "4446")))) {
            awaitRun(lab, id, "sleep 4446");
            client.send(new byte[] {0x7f, 0x7f, 0x7f, 0x7f, 1, 2, 3});
            client.rest();
        } catch (IOException e) {
            // cut off
        }
        awaitEnd(lab, id, "sleep 4446");
    }

    @Test
    void aClientThatNeverReadsHoldsUpNobody(Lab lab) throws IOException {
        var pod = lab.pod("deaf");
        var id = pod.start("main", "sleep", "1000");
        try (var deaf = open(lab, url(lab, exec(id, "yes", "deaf")))) {
            awaitRun(lab, id, "yes deaf");
            try (var other = open(lab, url(lab, exec(id, "echo", "heard").setStdin(false)))) {
                assertEquals("heard\n", other.rest().stdout());
            }
            assertEquals(
                    "heard\n", lab.pods().exec(id, "echo", "heard").getStdout().toStringUtf8());
        }
        awaitEnd(lab, id, "yes deaf");
    }

    @Test
    void aHalfOpenClientIsNotForgotten(Lab lab) throws IOException {
        var id = lab.pod("half").start("main", "sleep", "1000");
        var url = url(lab, exec(id, "true"));
        try (var half = lab.node().stream(url)) {
            half.send("GET /exec/x HTTP/1.1\r\nHost:".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertTrue(answer(lab, url, StreamClient.path(url)).contains("101"));
        }
        try (var client = open(lab, url(lab, exec(id, "sleep", "4447")))) {
            awaitRun(lab, id, "sleep 4447");
            client.endOutput();
            awaitEnd(lab, id, "sleep 4447");
        }
    }

    @Test
    void inputOfAnAttachEndsOnceWhereTheContainerSaysSo(Lab lab) throws IOException {
        var id = lab.pod("once").start("main", c -> c.setStdin(true).setStdinOnce(true), "cat");
        try (var client = open(lab, attach(lab, id, true))) {
            client.message(STDIN, "one\n");
            client.await(STDOUT, "one\n");
            client.end(STDIN);
        }
        var ended = lab.pods().awaitEnd(id);
        assertEquals(0, ended.getExitCode());
        assertEquals("one", Lab.output(ended));
    }

    @Test
    void inputStaysOpenForTheNextAttachElse(Lab lab) throws IOException {
        var id = lab.pod("again").start("main", c -> c.setStdin(true), "cat");
        for (var word : List.of("first", "second")) {
            try (var client = open(lab, attach(lab, id, true))) {
                client.message(STDIN, word + "\n");
                client.await(STDOUT, word + "\n");
            }
        }
        assertEquals(ContainerState.CONTAINER_RUNNING, lab.pods().status(id).getState());
        assertTrue(lab.pods().awaitLog(id, "second").contains(" stdout F first\n"));
    }

    @Test
    void everyAttacherSeesTheOutputAndADeafOneHoldsUpNobody(Lab lab) throws IOException {
        var id = lab.pod("attachers")
                .start("main", "sh", "-c", "i=0; while true; do i=$((i+1)); echo $i $(seq 200); sleep 0.01; done");
        try (var deaf = open(lab, attach(lab, id, false));
                var one = open(lab, attach(lab, id, false));
                var two = open(lab, attach(lab, id, false))) {
            one.await(STDOUT, "\n");
            two.await(STDOUT, "\n");
            // the container goes on when the first one's buffers are long full
            lab.pods().awaitLog(id, " stdout F 400 ");
            one.await(STDOUT, "\n400 ");
            two.await(STDOUT, "\n400 ");
            deaf.send(new byte[0]);
        }
        assertEquals(ContainerState.CONTAINER_RUNNING, lab.pods().status(id).getState());
    }

    private static String attach(Lab lab, String id, boolean stdin) {
        return lab.runtime()
                .attach(AttachRequest.newBuilder()
                        .setContainerId(id)
                        .setStdin(stdin)
                        .setStdout(true)
                        .setStderr(true)
                        .build())
                .getUrl();
    }

    @Test
    void requestsThatCannotBeAreRefused(Lab lab) {
        var pod = lab.pod("refused");
        var id = pod.start("main", "sleep", "1000");
        var invalid = Status.Code.INVALID_ARGUMENT;
        Lab.refused(invalid, "stderr", () -> url(lab, exec(id, "true").setTty(true)));
        Lab.refused(
                invalid,
                "stdout",
                () -> url(lab, exec(id, "true").setStdin(false).setStdout(false).setStderr(false)));
        Lab.refused(invalid, "cmd", () -> url(lab, exec(id)));
        Lab.refused(Status.Code.NOT_FOUND, "ffffffff", () -> url(lab, exec("ffffffff", "true")));
        Lab.refused(Status.Code.NOT_FOUND, "ffffffff", () -> attach(lab, "ffffffff", false));
        Lab.refused(Status.Code.NOT_FOUND, "ffffffff", () -> forward(lab, "ffffffff", 80));
        Lab.refused(invalid, "port", () -> forward(lab, pod.id(), -1));
        Lab.refused(invalid, "port", () -> forward(lab, pod.id(), 65_536));
        var created = pod.create("created", _ -> {}, "true");
        refusedState(lab, created, "created");
        lab.pods().stop(id, 0);
        refusedState(lab, id, "exited");
        lab.pods().stopPod(pod.id());
        Lab.refused(Status.Code.FAILED_PRECONDITION, pod.id(), () -> forward(lab, pod.id(), 80));
    }

    private static void refusedState(Lab lab, String id, String state) {
        Consumer<Runnable> refused = call -> Lab.refused(Status.Code.FAILED_PRECONDITION, state, call::run);
        refused.accept(() -> url(lab, exec(id, "true")));
        refused.accept(() -> attach(lab, id, false));
        assertFalse(lab.pods().status(id).getState() == ContainerState.CONTAINER_RUNNING);
    }

    private static void forward(Lab lab, String pod, int port) {
        lab.runtime()
                .portForward(PortForwardRequest.newBuilder()
                        .setPodSandboxId(pod)
                        .addPort(port)
                        .build());
    }
}
