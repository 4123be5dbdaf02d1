package io.crij.server.cli;

import com.google.protobuf.ByteString;
import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.ContainerMetadata;
import io.crij.cri.v1.Image;
import io.crij.cri.v1.ImageSpec;
import io.crij.cri.v1.KeyValue;
import io.crij.cri.v1.LinuxContainerConfig;
import io.crij.cri.v1.LinuxContainerSecurityContext;
import io.crij.cri.v1.LinuxPodSandboxConfig;
import io.crij.cri.v1.LinuxSandboxSecurityContext;
import io.crij.cri.v1.Mount;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.NamespaceOption;
import io.crij.cri.v1.PodSandbox;
import io.crij.cri.v1.PodSandboxConfig;
import io.crij.cri.v1.PodSandboxMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/// The pod and container that `crij run` asks for, as a kubelet would write them.
///
/// @param environment `KEY=VALUE`
/// @param volumes `HOST:CONTAINER[:ro]`
record RunPod(
        String name,
        String uid,
        boolean hostNetwork,
        boolean privileged,
        String workingDirectory,
        List<String> environment,
        List<String> volumes,
        List<String> command) {

    private static final String CONTAINER = "main";
    static final String CONTAINER_LOG = CONTAINER + "/0.log";
    private static final String LOG_ANNOTATION = "io.crij.run/log-directory";
    private static final String NAMESPACE = "crij-run";
    private static final Path LOGS = Path.of("/var/log/pods");

    static String freshUid() {
        return UUID.randomUUID().toString();
    }

    Path logDirectory() {
        return LOGS.resolve(NAMESPACE + "_" + name + "_" + uid);
    }

    PodSandboxConfig sandbox() {
        return PodSandboxConfig.newBuilder()
                .setMetadata(PodSandboxMetadata.newBuilder()
                        .setName(name)
                        .setNamespace(NAMESPACE)
                        .setUid(uid))
                .setHostname(hostNetwork ? "" : name)
                .setLogDirectory(logDirectory().toString())
                .putAnnotations(LOG_ANNOTATION, logDirectory().toString())
                .setLinux(LinuxPodSandboxConfig.newBuilder()
                        .setSecurityContext(LinuxSandboxSecurityContext.newBuilder()
                                .setPrivileged(privileged)
                                .setNamespaceOptions(namespaces())))
                .build();
    }

    ContainerConfig container(Image image, String reference) {
        var config = ContainerConfig.newBuilder()
                .setMetadata(ContainerMetadata.newBuilder().setName(CONTAINER))
                .setImage(ImageSpec.newBuilder().setImage(image.getId()).setUserSpecifiedImage(reference))
                .addAllArgs(command)
                .setWorkingDir(workingDirectory)
                .setLogPath(CONTAINER_LOG)
                .setLinux(LinuxContainerConfig.newBuilder()
                        .setSecurityContext(LinuxContainerSecurityContext.newBuilder()
                                .setPrivileged(privileged)
                                .setNamespaceOptions(namespaces())));
        environment.stream().map(RunPod::variable).forEach(config::addEnvs);
        volumes.stream().map(RunPod::volume).forEach(config::addMounts);
        return config.build();
    }

    /// Does what the kubelet does before a container is created: the folder of its log is the client's to make.
    void makeLogFolder() throws IOException {
        Files.createDirectories(logDirectory().resolve(CONTAINER));
    }

    /// Does what the kubelet does after a pod's removal; only for pods made here.
    static void removeLogs(PodSandbox pod) {
        var annotated = pod.getAnnotationsOrDefault(LOG_ANNOTATION, "");
        var folder = Path.of(annotated);
        if (annotated.isEmpty() || !LOGS.equals(folder.getParent()) || !Files.isDirectory(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED, "Tried to remove the logs in " + folder + " but " + e.getMessage(), e);
        }
    }

    private NamespaceOption namespaces() {
        return NamespaceOption.newBuilder()
                .setNetwork(hostNetwork ? NamespaceMode.NODE : NamespaceMode.POD)
                .setPid(NamespaceMode.CONTAINER)
                .build();
    }

    private static KeyValue variable(String text) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw new CliException(ExitCode.USAGE, "--env " + text + " is not of the form KEY=VALUE");
        }
        return KeyValue.newBuilder()
                .setKey(text.substring(0, equals))
                .setValue(ByteString.copyFromUtf8(text.substring(equals + 1)))
                .build();
    }

    private static Mount volume(String text) {
        var parts = text.split(":", -1);
        if (parts.length < 2 || parts.length > 3 || parts.length == 3 && !parts[2].equals("ro")) {
            throw new CliException(ExitCode.USAGE, "--volume " + text + " is not of the form HOST:CONTAINER[:ro]");
        }
        return Mount.newBuilder()
                .setHostPath(Path.of(parts[0]).toAbsolutePath().toString())
                .setContainerPath(parts[1])
                .setReadonly(parts.length == 3)
                .build();
    }
}
