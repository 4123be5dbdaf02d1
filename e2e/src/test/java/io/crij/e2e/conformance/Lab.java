package io.crij.e2e.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.ContainerStatus;
import io.crij.cri.v1.LinuxContainerSecurityContext;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.PodSandboxConfig;
import io.crij.cri.v1.RuntimeServiceGrpc.RuntimeServiceBlockingStub;
import io.crij.e2e.Node;
import io.crij.e2e.Pods;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.function.Executable;

/// One test's view of the node: pods that go with the test, containers and what they print.
final class Lab implements AutoCloseable {
    private final Node node;
    private final String image;
    private final List<String> made = new ArrayList<>();

    Lab(Node node, String image) {
        this.node = node;
        this.image = image;
    }

    Node node() {
        return node;
    }

    Pods pods() {
        return node.pods();
    }

    RuntimeServiceBlockingStub runtime() {
        return node.pods().client().runtime();
    }

    String image() {
        return image;
    }

    /// A pod, by its request.
    final class Pod {
        private final String id;
        private final PodSandboxConfig config;

        private Pod(PodSandboxConfig config) {
            this.config = config;
            id = pods().run(config);
            made.add(id);
        }

        String id() {
            return id;
        }

        PodSandboxConfig config() {
            return config;
        }

        String create(ContainerConfig container) {
            return pods().create(id, config, container);
        }

        String create(String name, Consumer<ContainerConfig.Builder> change, String... command) {
            return create(request(name, change, command));
        }

        String start(String name, Consumer<ContainerConfig.Builder> change, String... command) {
            var container = create(name, change, command);
            pods().start(container);
            return container;
        }

        String start(String name, String... command) {
            return start(name, _ -> {}, command);
        }

        /// Runs a command to its end.
        Ended run(String name, Consumer<ContainerConfig.Builder> change, String... command) {
            var container = start(name, change, command);
            var status = pods().awaitEnd(container);
            return new Ended(status, output(status));
        }

        /// What a shell script prints on standard output; it must end with 0.
        String script(String name, Consumer<ContainerConfig.Builder> change, String script) {
            var ended = run(name, change, "sh", "-c", script);
            assertEquals(0, ended.status().getExitCode(), ended.output());
            return ended.output();
        }
    }

    record Ended(ContainerStatus status, String output) {}

    Pod pod(String name) {
        return pod(name, _ -> {});
    }

    /// On the host's network, which is the quickest.
    Pod pod(String name, Consumer<PodSandboxConfig.Builder> change) {
        return pod(name, NamespaceMode.NODE, change);
    }

    Pod pod(String name, NamespaceMode network, Consumer<PodSandboxConfig.Builder> change) {
        var config = pods().config(name, network);
        change.accept(config);
        return new Pod(config.build());
    }

    ContainerConfig request(String name, Consumer<ContainerConfig.Builder> change, String... command) {
        var config = Pods.container(name, image, NamespaceMode.NODE, List.of(command));
        change.accept(config);
        return config.build();
    }

    /// A change of the security context alone.
    static Consumer<ContainerConfig.Builder> secured(Consumer<LinuxContainerSecurityContext.Builder> change) {
        return config -> change.accept(config.getLinuxBuilder().getSecurityContextBuilder());
    }

    /// The text of the log's lines, both streams together.
    static String output(ContainerStatus status) {
        return Pods.log(Path.of(status.getLogPath()))
                .lines()
                .map(line -> line.split(" ", 4))
                .map(fields -> fields.length < 4 ? "" : fields[3])
                .collect(Collectors.joining("\n"));
    }

    static void refused(Status.Code code, String part, Executable call) {
        var failure = assertThrows(StatusRuntimeException.class, call);
        assertEquals(code, failure.getStatus().getCode(), failure.getMessage());
        assertTrue(String.valueOf(failure.getMessage()).contains(part), failure.getMessage());
    }

    @Override
    public void close() {
        made.forEach(pods()::end);
    }
}
