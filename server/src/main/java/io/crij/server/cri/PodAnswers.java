package io.crij.server.cri;

import io.crij.cri.v1.IDMapping;
import io.crij.cri.v1.LinuxPodSandboxStatus;
import io.crij.cri.v1.Namespace;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.NamespaceOption;
import io.crij.cri.v1.PodIP;
import io.crij.cri.v1.PodSandbox;
import io.crij.cri.v1.PodSandboxMetadata;
import io.crij.cri.v1.PodSandboxNetworkStatus;
import io.crij.cri.v1.PodSandboxState;
import io.crij.cri.v1.PodSandboxStatus;
import io.crij.cri.v1.UserNamespace;
import io.crij.sandbox.IdMapping;
import io.crij.sandbox.PodMetadata;
import io.crij.sandbox.PodNamespaceModes;
import io.crij.sandbox.PodRecord;

/// Pods in the words of the schema.
public final class PodAnswers {
    private PodAnswers() {}

    public static PodSandbox item(PodRecord pod) {
        return PodSandbox.newBuilder()
                .setId(pod.id())
                .setMetadata(metadata(pod.config().metadata()))
                .setState(state(pod))
                .setCreatedAt(Times.nanos(pod.createdAt()))
                .putAllLabels(pod.config().labels())
                .putAllAnnotations(pod.config().annotations())
                .setRuntimeHandler(pod.handler())
                .build();
    }

    public static PodSandboxStatus status(PodRecord pod) {
        return PodSandboxStatus.newBuilder()
                .setId(pod.id())
                .setMetadata(metadata(pod.config().metadata()))
                .setState(state(pod))
                .setCreatedAt(Times.nanos(pod.createdAt()))
                .setNetwork(network(pod))
                .setLinux(LinuxPodSandboxStatus.newBuilder()
                        .setNamespaces(Namespace.newBuilder()
                                .setOptions(namespaces(pod.config().namespaces()))))
                .putAllLabels(pod.config().labels())
                .putAllAnnotations(pod.config().annotations())
                .setRuntimeHandler(pod.handler())
                .build();
    }

    public static PodSandboxState state(PodRecord pod) {
        return pod.ready() ? PodSandboxState.SANDBOX_READY : PodSandboxState.SANDBOX_NOTREADY;
    }

    public static PodSandboxMetadata metadata(PodMetadata metadata) {
        return PodSandboxMetadata.newBuilder()
                .setName(metadata.name())
                .setUid(metadata.uid())
                .setNamespace(metadata.namespace())
                .setAttempt(metadata.attempt())
                .build();
    }

    private static PodSandboxNetworkStatus network(PodRecord pod) {
        var network = PodSandboxNetworkStatus.newBuilder();
        var ips = pod.network().ips();
        ips.stream().findFirst().ifPresent(network::setIp);
        ips.stream().skip(1).map(ip -> PodIP.newBuilder().setIp(ip)).forEach(network::addAdditionalIps);
        return network.build();
    }

    private static NamespaceOption namespaces(PodNamespaceModes modes) {
        var options = NamespaceOption.newBuilder()
                .setNetwork(mode(modes.network()))
                .setPid(mode(modes.pid()))
                .setIpc(mode(modes.ipc()))
                .setTargetId(modes.targetId());
        var user = UserNamespace.newBuilder().setMode(mode(modes.user()));
        modes.uidMappings().stream().map(PodAnswers::mapping).forEach(user::addUids);
        modes.gidMappings().stream().map(PodAnswers::mapping).forEach(user::addGids);
        return options.setUsernsOptions(user).build();
    }

    static IDMapping mapping(IdMapping line) {
        return IDMapping.newBuilder()
                .setHostId((int) line.hostId())
                .setContainerId((int) line.containerId())
                .setLength((int) line.length())
                .build();
    }

    private static NamespaceMode mode(io.crij.sandbox.NamespaceMode mode) {
        return switch (mode) {
            case POD -> NamespaceMode.POD;
            case CONTAINER -> NamespaceMode.CONTAINER;
            case NODE -> NamespaceMode.NODE;
            case TARGET -> NamespaceMode.TARGET;
        };
    }
}
