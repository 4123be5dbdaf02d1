package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.StatusRequest;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The whole way of a pod on every runtime handler that this machine has; what works stands in docs/runtimes.md.
@Timeout(600)
class HandlersTest {
    private static final HandlerMatrix MATRIX = new HandlerMatrix();
    private static Node node;
    private static String image;

    @BeforeAll
    static void startNode() {
        assumeTrue(System.getProperty("e2e.server", "crij").equals("crij"), "needs crij: the handlers are its own");
        node = Node.startWith(Handler.configuration() + "[runtimes.missing]\ntype = \"oci\"\n");
        image = node.registry().push(TestImage.busybox("e2e/handlers:1"));
        node.pods().pull(image);
    }

    @AfterAll
    static void closeNode() {
        if (node != null) {
            node.close();
            MATRIX.compareWithPage();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theWholeWalk(Handler handler) throws Exception {
        assumeTrue(handler.path().isPresent(), "no " + handler.program() + " here: see docs/runtimes.md");
        // what is made once and stays
        new HandlerWalk(node, image, handler).removeOne();
        var walk = new HandlerWalk(node, image, handler);
        for (var step : HandlerStep.values()) {
            if (handler.cannot().contains(step)) {
                MATRIX.put(handler, step, false);
                walk.cannot(step);
            } else {
                walk.run(step);
                MATRIX.put(handler, step, true);
            }
        }
    }

    @Test
    void statusListsThoseThatCanBeUsedInOrder() {
        var names =
                node
                        .pods()
                        .client()
                        .runtime()
                        .status(StatusRequest.getDefaultInstance())
                        .getRuntimeHandlersList()
                        .stream()
                        .map(io.crij.cri.v1.RuntimeHandler::getName)
                        .toList();
        assertEquals(names.stream().sorted().toList(), names);
        assertTrue(names.containsAll(List.of("", "crij", "oci-exec")), names.toString());
        assertTrue(!names.contains("missing"), names.toString());
    }

    @Test
    void aShimThatDiedIsTheReasonOfTheEnd() {
        assumeTrue(Handler.SHIM.path().isPresent(), "no " + Handler.SHIM.program() + " here (a Debian package)");
        var pods = node.pods();
        var config = pods.config("orphan", NamespaceMode.POD).build();
        var pod = pods.run(config, Handler.SHIM.title());
        var container = pods.create(
                pod,
                config,
                Pods.container("main", image, NamespaceMode.POD, List.of("sleep", "1000"))
                        .build());
        pods.start(container);
        Shell.must("pkill", "-KILL", "-f", Handler.SHIM.program() + " .*" + pod);
        pods.awaitEnd(container);
        var status = pods.status(container);
        assertEquals("Unknown", status.getReason());
        assertEquals(255, status.getExitCode());
        assertTrue(status.getMessage().startsWith("its shim has died"), status.getMessage());
        pods.end(pod);
    }

    @Test
    void aPodForAHandlerThatIsMissingIsToldWhy() {
        var config = node.pods().config("missing", NamespaceMode.POD).build();
        var refused =
                assertThrows(StatusRuntimeException.class, () -> node.pods().run(config, "missing"));
        var message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("there is no program missing"), message);
        assertEquals(
                List.of(), node.pods().all().stream().filter("missing"::equals).collect(Collectors.toList()));
    }
}
