package io.crij.e2e;

import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.ContainerFilter;
import io.crij.cri.v1.ContainerMetadata;
import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.ContainerStatus;
import io.crij.cri.v1.ContainerStatusRequest;
import io.crij.cri.v1.CreateContainerRequest;
import io.crij.cri.v1.ExecSyncRequest;
import io.crij.cri.v1.ExecSyncResponse;
import io.crij.cri.v1.ImageSpec;
import io.crij.cri.v1.LinuxContainerConfig;
import io.crij.cri.v1.LinuxContainerSecurityContext;
import io.crij.cri.v1.LinuxPodSandboxConfig;
import io.crij.cri.v1.LinuxSandboxSecurityContext;
import io.crij.cri.v1.ListContainersRequest;
import io.crij.cri.v1.ListPodSandboxRequest;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.NamespaceOption;
import io.crij.cri.v1.PodSandboxConfig;
import io.crij.cri.v1.PodSandboxMetadata;
import io.crij.cri.v1.PullImageRequest;
import io.crij.cri.v1.RemoveContainerRequest;
import io.crij.cri.v1.RemovePodSandboxRequest;
import io.crij.cri.v1.RunPodSandboxRequest;
import io.crij.cri.v1.SecurityProfile;
import io.crij.cri.v1.StartContainerRequest;
import io.crij.cri.v1.StopContainerRequest;
import io.crij.cri.v1.StopPodSandboxRequest;
import io.crij.server.cli.CriClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// Requests to a node's server as a kubelet sends them, and what is asked of the answers again and again. One
/// connection, which lives through restarts of the server.
public final class Pods {
    private static final Duration END = Duration.ofSeconds(30);

    private final Node node;
    private final CriClient client;
    private final Set<String> made = ConcurrentHashMap.newKeySet();

    Pods(Node node) {
        this.node = node;
        this.client = node.connect();
    }

    public CriClient client() {
        return client;
    }

    /// A pod with namespaces of its own, its uid fresh.
    public PodSandboxConfig.Builder config(String name, NamespaceMode network) {
        var uid = UUID.randomUUID().toString();
        return PodSandboxConfig.newBuilder()
                .setMetadata(PodSandboxMetadata.newBuilder()
                        .setName(name)
                        .setNamespace("default")
                        .setUid(uid))
                .setHostname(network == NamespaceMode.NODE ? "" : name)
                .setLogDirectory(
                        node.place().root().resolve("pod-logs").resolve(uid).toString())
                .putLabels("e2e", name)
                .setLinux(LinuxPodSandboxConfig.newBuilder()
                        .setCgroupParent(node.place().cgroupParent())
                        .setSecurityContext(
                                LinuxSandboxSecurityContext.newBuilder().setNamespaceOptions(namespaces(network))));
    }

    public static NamespaceOption namespaces(NamespaceMode network) {
        return NamespaceOption.newBuilder()
                .setNetwork(network)
                .setPid(NamespaceMode.CONTAINER)
                .build();
    }

    /// A container that runs a command.
    public static ContainerConfig.Builder container(
            String name, String image, NamespaceMode network, List<String> command) {
        return ContainerConfig.newBuilder()
                .setMetadata(ContainerMetadata.newBuilder().setName(name))
                .setImage(ImageSpec.newBuilder().setImage(image))
                .addAllCommand(command)
                .setLogPath(name + ".log")
                .setLinux(LinuxContainerConfig.newBuilder()
                        .setSecurityContext(
                                LinuxContainerSecurityContext.newBuilder().setNamespaceOptions(namespaces(network))));
    }

    /// The same with the default system call filter, as kubelet asks for when a pod says so.
    public static ContainerConfig.Builder confined(
            String name, String image, NamespaceMode network, List<String> command) {
        var config = container(name, image, network, command);
        config.getLinuxBuilder()
                .getSecurityContextBuilder()
                .setSeccomp(SecurityProfile.newBuilder().setProfileType(SecurityProfile.ProfileType.RuntimeDefault));
        return config;
    }

    public String pull(String image) {
        return client.images()
                .pullImage(PullImageRequest.newBuilder()
                        .setImage(ImageSpec.newBuilder().setImage(image))
                        .build())
                .getImageRef();
    }

    public String run(PodSandboxConfig config) {
        return run(config, "");
    }

    /// @param handler of the RuntimeClass; empty: the default one
    public String run(PodSandboxConfig config, String handler) {
        var id = client.runtime()
                .runPodSandbox(RunPodSandboxRequest.newBuilder()
                        .setConfig(config)
                        .setRuntimeHandler(handler)
                        .build())
                .getPodSandboxId();
        made.add(id);
        return id;
    }

    /// Ids of all pods that were run and containers that were made, also of those that are gone.
    Set<String> made() {
        return Set.copyOf(made);
    }

    public String create(String pod, PodSandboxConfig podConfig, ContainerConfig config) {
        var id = client.runtime()
                .createContainer(CreateContainerRequest.newBuilder()
                        .setPodSandboxId(pod)
                        .setConfig(config)
                        .setSandboxConfig(podConfig)
                        .build())
                .getContainerId();
        made.add(id);
        return id;
    }

    public void start(String container) {
        client.runtime()
                .startContainer(StartContainerRequest.newBuilder()
                        .setContainerId(container)
                        .build());
    }

    public ContainerStatus status(String container) {
        return client.runtime()
                .containerStatus(ContainerStatusRequest.newBuilder()
                        .setContainerId(container)
                        .build())
                .getStatus();
    }

    public ContainerStatus awaitEnd(String container) {
        Waiting.until(
                "container " + container + " ends",
                END,
                () -> status(container).getState() == ContainerState.CONTAINER_EXITED,
                () -> status(container) + "\n" + node.server().logs());
        return status(container);
    }

    public ExecSyncResponse exec(String container, String... command) {
        return client.runtime()
                .execSync(ExecSyncRequest.newBuilder()
                        .setContainerId(container)
                        .addAllCmd(List.of(command))
                        .setTimeout(30)
                        .build());
    }

    /// Waits until the log file has this line; returns all of it.
    public String awaitLog(String container, String expected) {
        var file = Path.of(status(container).getLogPath());
        Waiting.until(
                "the log has \"" + expected + '"',
                END,
                () -> log(file).contains(expected),
                () -> "The log: " + log(file) + "\n" + node.server().logs());
        return log(file);
    }

    public static String log(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void stop(String container, long seconds) {
        client.runtime()
                .stopContainer(StopContainerRequest.newBuilder()
                        .setContainerId(container)
                        .setTimeout(seconds)
                        .build());
    }

    public void remove(String container) {
        client.runtime()
                .removeContainer(RemoveContainerRequest.newBuilder()
                        .setContainerId(container)
                        .build());
    }

    public void stopPod(String pod) {
        client.runtime()
                .stopPodSandbox(
                        StopPodSandboxRequest.newBuilder().setPodSandboxId(pod).build());
    }

    public void removePod(String pod) {
        client.runtime()
                .removePodSandbox(RemovePodSandboxRequest.newBuilder()
                        .setPodSandboxId(pod)
                        .build());
    }

    /// Takes a pod away with its containers, which are killed: one that does not heed SIGTERM would take its grace.
    public void end(String pod) {
        var inside = ContainerFilter.newBuilder().setPodSandboxId(pod);
        client.runtime()
                .listContainers(
                        ListContainersRequest.newBuilder().setFilter(inside).build())
                .getContainersList()
                .forEach(container -> stop(container.getId(), 0));
        stopPod(pod);
        removePod(pod);
    }

    /// Ids of all pods.
    public List<String> all() {
        return client.runtime().listPodSandbox(ListPodSandboxRequest.getDefaultInstance()).getItemsList().stream()
                .map(io.crij.cri.v1.PodSandbox::getId)
                .toList();
    }

    /// Takes all pods away, running or not, and ends the connection.
    void removeAll() {
        try (client) {
            if (Sockets.answers(node.server().socket())) {
                all().forEach(this::end);
            }
        }
    }
}
