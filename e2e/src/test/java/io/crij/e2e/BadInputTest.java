package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.CreateContainerRequest;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.PodSandboxConfig;
import io.crij.cri.v1.RunPodSandboxRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Requests that cannot be carried out: each is answered in words that help, and leaves nothing behind.
class BadInputTest {
    private static Node node;
    private static String image;

    private Traces before;

    @BeforeAll
    static void startNode() {
        node = Node.start();
        image = node.registry().push(TestImage.busybox("e2e/bad:1"));
        node.pods().pull(image);
        // what is made once and stays is there before the first comparison
        var pod = node.pods().run(node.pods().config("first", NamespaceMode.POD).build());
        node.pods().stopPod(pod);
        node.pods().removePod(pod);
    }

    @AfterAll
    static void closeNode() {
        node.close();
    }

    @BeforeEach
    void look() {
        before = node.traces();
    }

    @AfterEach
    void nothingIsLeft() {
        for (var pod : node.pods().all()) {
            node.pods().stopPod(pod);
            node.pods().removePod(pod);
        }
        Traces.assertNothingNew(node, before);
    }

    @Test
    void imageThatNoRegistryHas() {
        var name = node.registry().name("e2e/none:1");
        assertRefused(Status.Code.NOT_FOUND, name, () -> node.pods().pull(name));
    }

    @Test
    void imageReferenceThatIsNone() {
        assertRefused(Status.Code.INVALID_ARGUMENT, "UPPER", () -> node.pods().pull("UPPER case"));
    }

    @Test
    void containerOfAnImageThatIsNotHere() {
        var config = node.pods().config("no-image", NamespaceMode.NODE).build();
        var pod = node.pods().run(config);
        assertRefused(
                Status.Code.NOT_FOUND,
                "localhost/absent",
                () -> node.pods().create(pod, config, container("localhost/absent:1", "true")));
    }

    @Test
    void unknownHandler() {
        var config = node.pods().config("handler", NamespaceMode.NODE).build();
        var error = assertThrows(
                StatusRuntimeException.class,
                () -> node.pods()
                        .client()
                        .runtime()
                        .runPodSandbox(RunPodSandboxRequest.newBuilder()
                                .setConfig(config)
                                .setRuntimeHandler("no-such-handler")
                                .build()));
        assertTrue(String.valueOf(error.getMessage()).contains("no-such-handler"), error.getMessage());
    }

    @Test
    void sandboxWithoutMetadata() {
        assertRefused(
                Status.Code.INVALID_ARGUMENT, "metadata", () -> node.pods().run(PodSandboxConfig.getDefaultInstance()));
    }

    @Test
    void commandNotFound() {
        assertStartFails("/no/such/program", "/no/such/program");
    }

    @Test
    void commandNotExecutable() {
        assertStartFails("/not-executable", "/not-executable");
    }

    @Test
    void workingDirectoryThatIsAFile() {
        var config = node.pods().config("cwd", NamespaceMode.NODE).build();
        var pod = node.pods().run(config);
        var wanted = Pods.container("main", image, NamespaceMode.NODE, List.of("true"))
                .setWorkingDir("/etc/passwd/below")
                .build();
        var error = assertThrows(StatusRuntimeException.class, () -> {
            var id = node.pods().create(pod, config, wanted);
            node.pods().start(id);
        });
        assertTrue(String.valueOf(error.getMessage()).contains("/etc/passwd"), error.getMessage());
    }

    @Test
    void containerForAnUnknownSandbox() {
        var config = node.pods().config("unknown", NamespaceMode.NODE).build();
        assertRefused(
                Status.Code.NOT_FOUND,
                "0123456789abcdef",
                () -> node.pods().create("0123456789abcdef".repeat(4), config, container(image, "true")));
    }

    @Test
    void containerForAStoppedSandbox() {
        var config = node.pods().config("stopped", NamespaceMode.NODE).build();
        var pod = node.pods().run(config);
        node.pods().stopPod(pod);
        assertThrows(StatusRuntimeException.class, () -> node.pods().create(pod, config, container(image, "true")));
    }

    @Test
    void sameSandboxTwiceIsTheSame() {
        var config = node.pods().config("same", NamespaceMode.NODE).build();
        assertEquals(node.pods().run(config), node.pods().run(config));
    }

    @Test
    void sameContainerTwiceIsTheSame() {
        var config = node.pods().config("same-container", NamespaceMode.NODE).build();
        var pod = node.pods().run(config);
        var wanted = container(image, "true");
        assertEquals(node.pods().create(pod, config, wanted), node.pods().create(pod, config, wanted));
    }

    @Test
    void nameOfAnotherContainerIsRefused() {
        var config = node.pods().config("other-container", NamespaceMode.NODE).build();
        var pod = node.pods().run(config);
        node.pods().create(pod, config, container(image, "true"));
        assertRefused(
                Status.Code.ALREADY_EXISTS, "main", () -> node.pods().create(pod, config, container(image, "false")));
    }

    @Test
    void logFolderThatIsMissing() {
        var config = node.pods().config("logs", NamespaceMode.NODE).build();
        var pod = node.pods().run(config);
        var wanted = Pods.container("main", image, NamespaceMode.NODE, List.of("echo", "hello"))
                .setLogPath("deep/below/main.log")
                .build();
        // the kubelet makes the folders of its containers; one that nobody made is a mistake of the caller
        var error = assertThrows(StatusRuntimeException.class, () -> node.pods().create(pod, config, wanted));
        assertTrue(String.valueOf(error.getMessage()).contains("deep/below first"), error.getMessage());
        Folders.make(Path.of(config.getLogDirectory()).resolve("deep/below"));
        var id = node.pods().create(pod, config, wanted);
        node.pods().start(id);
        node.pods().awaitLog(id, " stdout F hello\n");
    }

    @Test
    void networkPluginThatIsMissing() {
        withNetwork("no-such-plugin", () -> assertPodFails("no-such-plugin"));
    }

    @Test
    void networkPluginThatFails() throws IOException {
        plugin(
                "failing",
                "#!/bin/sh\n[ \"$CNI_COMMAND\" = DEL ] && exit 0\necho '{\"cniVersion\":\"1.0.0\",\"code\":11,\"msg\":\"the switch is on fire\"}'\nexit 1\n");
        withNetwork("failing", () -> assertPodFails("the switch is on fire"));
    }

    @Test
    void networkPluginThatHangsIsGivenUpWithTheCall() throws IOException {
        plugin("hanging", "#!/bin/sh\n[ \"$CNI_COMMAND\" = ADD ] && exec sleep 600\nexit 0\n");
        withNetwork("hanging", () -> {
            var config = node.pods().config("hang", NamespaceMode.POD).build();
            var error = assertThrows(
                    StatusRuntimeException.class,
                    () -> node.pods()
                            .client()
                            .runtime(Duration.ofSeconds(3))
                            .runPodSandbox(RunPodSandboxRequest.newBuilder()
                                    .setConfig(config)
                                    .build()));
            assertEquals(Status.Code.DEADLINE_EXCEEDED, error.getStatus().getCode());
            Waiting.until(
                    "the plugin is ended", Duration.ofSeconds(20), () -> !Traces.isRunning(node.place(), "sleep 600"));
        });
    }

    @Test
    void startOfAContainerTwiceIsRefused() {
        var config = node.pods().config("restart", NamespaceMode.NODE).build();
        var pod = node.pods().run(config);
        var id = node.pods().create(pod, config, container(image, "true"));
        node.pods().start(id);
        node.pods().awaitEnd(id);
        assertThrows(StatusRuntimeException.class, () -> node.pods().start(id));
    }

    @Test
    void execInAContainerThatHasEnded() {
        var config = node.pods().config("ended", NamespaceMode.NODE).build();
        var pod = node.pods().run(config);
        var id = node.pods().create(pod, config, container(image, "true"));
        node.pods().start(id);
        node.pods().awaitEnd(id);
        assertThrows(StatusRuntimeException.class, () -> node.pods().exec(id, "true"));
    }

    @Test
    void createThatTheClientGivesUpLeavesNoName() {
        var config = node.pods().config("given-up", NamespaceMode.NODE).build();
        var pod = node.pods().run(config);
        var request = CreateContainerRequest.newBuilder()
                .setPodSandboxId(pod)
                .setSandboxConfig(config)
                .setConfig(container(image, "true"))
                .build();
        try {
            node.pods().client().runtime(Duration.ofMillis(1)).createContainer(request);
        } catch (StatusRuntimeException e) {
            assertEquals(Status.Code.DEADLINE_EXCEEDED, e.getStatus().getCode());
        }
        // the kubelet asks again with the same name
        var id = node.pods().client().runtime().createContainer(request).getContainerId();
        assertEquals(ContainerState.CONTAINER_CREATED, node.pods().status(id).getState());
    }

    private static void assertStartFails(String command, String said) {
        var config = node.pods().config("start", NamespaceMode.NODE).build();
        var pod = node.pods().run(config);
        var error = assertThrows(StatusRuntimeException.class, () -> {
            var id = node.pods().create(pod, config, container(image, command));
            node.pods().start(id);
        });
        assertTrue(String.valueOf(error.getMessage()).contains(said), error.getMessage());
    }

    private static void assertPodFails(String said) {
        var config = node.pods().config("network", NamespaceMode.POD).build();
        var error = assertThrows(StatusRuntimeException.class, () -> node.pods().run(config));
        assertTrue(String.valueOf(error.getMessage()).contains(said), error.getMessage());
    }

    private static void assertRefused(Status.Code code, String said, Runnable call) {
        var error = assertThrows(StatusRuntimeException.class, call::run);
        assertEquals(code, error.getStatus().getCode(), error.getMessage());
        assertTrue(String.valueOf(error.getMessage()).contains(said), error.getMessage());
    }

    private static ContainerConfig container(String image, String command) {
        return Pods.container("main", image, NamespaceMode.NODE, List.of(command))
                .build();
    }

    private static void plugin(String name, String script) throws IOException {
        Path file = node.place().cniPlugins().resolve(name);
        Files.writeString(file, script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /// Servers watch the folder, so they see the new configuration a moment later.
    private static void withNetwork(String plugin, Runnable test) {
        node.writeNetwork(
                "{\"cniVersion\":\"1.0.0\",\"name\":\"" + plugin + "\",\"plugins\":[{\"type\":\"" + plugin + "\"}]}");
        try {
            awaitNetwork(plugin);
            test.run();
        } finally {
            node.writeNetwork();
            awaitNetwork("bridge");
        }
    }

    private static void awaitNetwork(String plugin) {
        Waiting.until(
                "the server has read the configuration of " + plugin,
                Duration.ofSeconds(10),
                () -> node.networkInForce().contains(plugin));
    }
}
