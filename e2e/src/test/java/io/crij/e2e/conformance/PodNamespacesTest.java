package io.crij.e2e.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.IDMapping;
import io.crij.cri.v1.Mount;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.NamespaceOption;
import io.crij.cri.v1.PodSandboxConfig;
import io.crij.cri.v1.UserNamespace;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Which namespaces are the host's, the pod's and the container's.
@ExtendWith(SharedNode.class)
class PodNamespacesTest {
    private static final NamespaceOption HOST = NamespaceOption.newBuilder()
            .setNetwork(NamespaceMode.NODE)
            .setPid(NamespaceMode.NODE)
            .setIpc(NamespaceMode.NODE)
            .build();
    private static final NamespaceOption POD = NamespaceOption.newBuilder()
            .setNetwork(NamespaceMode.POD)
            .setPid(NamespaceMode.POD)
            .setIpc(NamespaceMode.POD)
            .build();

    private static Lab.Pod pod(Lab lab, String name, NamespaceOption options) {
        return lab.pod(name, options.getNetwork(), podWith(options));
    }

    private static Consumer<PodSandboxConfig.Builder> podWith(NamespaceOption options) {
        return c -> c.getLinuxBuilder().getSecurityContextBuilder().setNamespaceOptions(options);
    }

    private static Consumer<ContainerConfig.Builder> with(NamespaceOption options) {
        return Lab.secured(s -> s.setNamespaceOptions(options));
    }

    private static String seen(Lab.Pod pod, String name, NamespaceOption options, String namespace) {
        return pod.script(name, with(options), "busybox readlink /proc/self/ns/" + namespace);
    }

    private static String ofTheHost(Lab lab, String namespace) throws IOException {
        var server = lab.node().server().daemons().getFirst();
        return Files.readSymbolicLink(Path.of("/proc/" + server + "/ns/" + namespace))
                .toString();
    }

    @ParameterizedTest
    @CsvSource({"net", "pid", "ipc"})
    void namespacesOfTheHostAreUsedWhereAsked(String namespace, Lab lab) throws IOException {
        assertEquals(ofTheHost(lab, namespace), seen(pod(lab, "host", HOST), "main", HOST, namespace));
    }

    @ParameterizedTest
    @CsvSource({"net", "pid", "ipc", "uts"})
    void namespacesOfThePodAreSharedByItsContainers(String namespace, Lab lab) throws IOException {
        var pod = pod(lab, "pod", POD);
        var first = seen(pod, "first", POD, namespace);
        // both pods are there at the same time, so that no number is used again
        assertEquals(first, seen(pod, "second", POD, namespace));
        assertNotEquals(ofTheHost(lab, namespace), first);
        assertNotEquals(first, seen(pod(lab, "other", POD), "main", POD, namespace));
    }

    @Test
    void aContainerMayHaveProcessesOfItsOwn(Lab lab) {
        var options = POD.toBuilder().setPid(NamespaceMode.CONTAINER).build();
        var pod = pod(lab, "own", options);
        // it runs on, so that the kernel does not use the number of its namespace again
        var first = pod.start("first", with(options), "sleep", "1000");
        var own = lab.pods()
                .exec(first, "busybox", "readlink", "/proc/self/ns/pid")
                .getStdout()
                .toStringUtf8()
                .strip();
        assertNotEquals(own, seen(pod, "second", options, "pid"));
        assertEquals("1", pod.script("first-process", with(options), "echo $$"));
    }

    @Test
    void processesOfTheHostAreSeenWhereAsked(Lab lab) {
        var server = lab.node().server().daemons().getFirst();
        assertEquals(
                "seen",
                pod(lab, "host-pid", HOST).script("main", with(HOST), "[ -d /proc/" + server + " ] && echo seen"));
    }

    @Test
    void sharedMemoryIsThePods(Lab lab) {
        var pod = pod(lab, "shm", POD);
        pod.script("writer", with(POD), "echo hello > /dev/shm/file");
        assertEquals("hello", pod.script("reader", with(POD), "cat /dev/shm/file"));
        assertEquals(
                "gone",
                pod(lab, "other", POD).script("reader", with(POD), "cat /dev/shm/file 2>/dev/null || echo gone"));
    }

    @ParameterizedTest
    @EnumSource(
            value = NamespaceMode.class,
            names = {"CONTAINER", "TARGET"})
    void userNamespacesOfOtherModesAreRefused(NamespaceMode mode, Lab lab) {
        var options =
                POD.toBuilder().setUsernsOptions(UserNamespace.newBuilder().setMode(mode));
        Lab.refused(Status.Code.INVALID_ARGUMENT, "userns_options", () -> pod(lab, "userns", options.build()));
    }

    @Test
    void theHostsUserNamespaceIsUsedWhereAsked(Lab lab) throws IOException {
        var options = POD.toBuilder()
                .setUsernsOptions(UserNamespace.newBuilder().setMode(NamespaceMode.NODE))
                .build();
        assertEquals(ofTheHost(lab, "user"), seen(pod(lab, "userns", options), "main", options, "user"));
    }

    @Test
    void filesOfAVolumeBelongToTheMappedUsers(Lab lab, @TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("of-root"), "x");
        var line = IDMapping.newBuilder().setContainerId(0).setHostId(300_000).setLength(65_536);
        var options = POD.toBuilder()
                .setUsernsOptions(UserNamespace.newBuilder()
                        .setMode(NamespaceMode.POD)
                        .addUids(line)
                        .addGids(line))
                .build();
        var volume = Mount.newBuilder()
                .setHostPath(folder.toString())
                .setContainerPath("/v")
                .addUidMappings(line)
                .addGidMappings(line);
        var pod = pod(lab, "mapped", options);
        assertEquals(
                "0\n0",
                pod.script(
                        "main",
                        with(options).andThen(c -> c.addMounts(volume)),
                        "stat -c %u /v/of-root; echo new > /v/new; stat -c %u /v/new"));
        assertEquals(0, Files.getAttribute(folder.resolve("new"), "unix:uid"));
        assertTrue(Files.exists(folder.resolve("new")));
    }

    @Test
    void unknownModesAreRefused(Lab lab) {
        var invalid = Status.Code.INVALID_ARGUMENT;
        Lab.refused(
                invalid,
                "network",
                () -> lab.pod("a", podWith(POD.toBuilder().setNetworkValue(99).build())));
        Lab.refused(
                invalid,
                "pid",
                () -> lab.pod("b", podWith(POD.toBuilder().setPidValue(99).build())));
        Lab.refused(
                invalid,
                "ipc",
                () -> lab.pod("c", podWith(POD.toBuilder().setIpcValue(99).build())));
        var pod = lab.pod("d");
        Lab.refused(
                invalid,
                "pid",
                () -> pod.create("e", with(HOST.toBuilder().setPidValue(99).build()), "true"));
    }
}
