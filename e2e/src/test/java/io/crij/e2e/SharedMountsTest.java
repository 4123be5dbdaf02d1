package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.Mount;
import io.crij.cri.v1.MountPropagation;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.PodSandboxConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// On a node with systemd every mount is shared: what containers mount and unmount must reach the host only where a
/// volume says so, and what the host mounts must reach them only there.
class SharedMountsTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String UNTIL_TERM = "trap 'exit 0' TERM; echo ready; while true; do sleep 0.05; done";

    private static Node node;
    private static String image;
    private static MountNamespace mounts;

    @BeforeAll
    static void startNode() {
        node = Node.startWithSharedMounts();
        mounts = Objects.requireNonNull(node.place().mounts());
        image = node.registry().push(TestImage.busybox("e2e/mounts:1"));
        node.pods().pull(image);
        // what is made once and stays
        end(node.pods().run(pod("first", NamespaceMode.POD)));
    }

    @AfterAll
    static void closeNode() {
        node.close();
    }

    @AfterEach
    void removePods() {
        node.pods().all().forEach(SharedMountsTest::end);
    }

    @ParameterizedTest
    @EnumSource(
            value = MountPropagation.class,
            names = {"PROPAGATION_PRIVATE", "PROPAGATION_HOST_TO_CONTAINER", "PROPAGATION_BIDIRECTIONAL"})
    void aPodLeavesTheMountsOfTheHostAsTheyWere(MountPropagation propagation) {
        var before = mounts.table();
        var volume = Folders.make(node.place().root().resolve("volume"));
        var config = pod("walk", NamespaceMode.POD);
        var pod = node.pods().run(config);
        assertNothingMissing(before);
        var container = node.pods().create(pod, config, privileged(NamespaceMode.POD, propagation, volume));
        assertNothingMissing(before);
        node.pods().start(container);
        node.pods().awaitLog(container, "ready");
        assertEquals(0, node.pods().exec(container, "ls", "/v").getExitCode());
        assertNothingMissing(before);
        // what stays of a running pod on the host: its namespaces and its shm, each in a place of ours
        for (var line : newSince(before)) {
            var point = line.split(" ")[4];
            assertTrue(point.startsWith("/run/netns/crij-") || point.startsWith(state()), "a stray mount: " + line);
        }
        node.pods().stop(container, 10);
        assertNothingMissing(before);
        node.pods().remove(container);
        end(pod);
        assertAsBefore(before);
    }

    @Test
    void mountsGoBothWaysWhereTheVolumeSaysSo() {
        var before = mounts.table();
        var volume = Folders.make(node.place().root().resolve("both"));
        Folders.make(volume.resolve("in"));
        Folders.make(volume.resolve("out"));
        var container = running("both", MountPropagation.PROPAGATION_BIDIRECTIONAL, volume);

        inside("mount", "-t", "tmpfs", "host", volume.resolve("in").toString());
        assertTrue(has(container, "/v/in"));
        must(container, "mount -t tmpfs container /v/out && echo from the container > /v/out/file");
        assertTrue(onHost(volume.resolve("out")));
        assertEquals(
                "from the container\n", inside("cat", volume.resolve("out/file").toString()));

        inside("umount", volume.resolve("in").toString());
        assertFalse(has(container, "/v/in"));
        must(container, "busybox umount /v/out");
        assertFalse(onHost(volume.resolve("out")));
        end(onlyPod());
        assertAsBefore(before);
    }

    @Test
    void mountsOfTheHostComeToASlaveVolumeAndItsOwnStay() {
        var before = mounts.table();
        var volume = Folders.make(node.place().root().resolve("slave"));
        Folders.make(volume.resolve("in"));
        Folders.make(volume.resolve("out"));
        var container = running("slave", MountPropagation.PROPAGATION_HOST_TO_CONTAINER, volume);

        inside("mount", "-t", "tmpfs", "host", volume.resolve("in").toString());
        assertTrue(has(container, "/v/in"));
        must(container, "mount -t tmpfs container /v/out");
        assertFalse(onHost(volume.resolve("out")));
        inside("umount", volume.resolve("in").toString());
        assertFalse(has(container, "/v/in"));
        end(onlyPod());
        assertAsBefore(before);
    }

    @Test
    void aPrivateVolumeIsApart() {
        var before = mounts.table();
        var volume = Folders.make(node.place().root().resolve("private"));
        Folders.make(volume.resolve("in"));
        Folders.make(volume.resolve("out"));
        var container = running("private", MountPropagation.PROPAGATION_PRIVATE, volume);

        inside("mount", "-t", "tmpfs", "host", volume.resolve("in").toString());
        assertFalse(has(container, "/v/in"));
        must(container, "mount -t tmpfs container /v/out");
        assertFalse(onHost(volume.resolve("out")));
        inside("umount", volume.resolve("in").toString());
        end(onlyPod());
        assertAsBefore(before);
    }

    private static String running(String name, MountPropagation propagation, Path volume) {
        var config = pod(name, NamespaceMode.NODE);
        var pod = node.pods().run(config);
        var container = node.pods().create(pod, config, privileged(NamespaceMode.NODE, propagation, volume));
        node.pods().start(container);
        node.pods().awaitLog(container, "ready");
        return container;
    }

    private static PodSandboxConfig pod(String name, NamespaceMode network) {
        var config = node.pods().config(name, network);
        config.getLinuxBuilder().getSecurityContextBuilder().setPrivileged(true);
        return config.build();
    }

    private static ContainerConfig privileged(NamespaceMode network, MountPropagation propagation, Path volume) {
        var config = Pods.container("main", image, network, List.of("sh", "-c", UNTIL_TERM))
                .addMounts(Mount.newBuilder()
                        .setHostPath(volume.toString())
                        .setContainerPath("/v")
                        .setPropagation(propagation));
        config.getLinuxBuilder().getSecurityContextBuilder().setPrivileged(true);
        return config.build();
    }

    private static String onlyPod() {
        var pods = node.pods().all();
        assertEquals(1, pods.size());
        return pods.getFirst();
    }

    private static void end(String pod) {
        node.pods().stopPod(pod);
        node.pods().removePod(pod);
    }

    private static String inside(String... command) {
        return Shell.must(node.place().inside(List.of(command)).toArray(String[]::new));
    }

    private static void must(String container, String script) {
        var answer = node.pods().exec(container, "sh", "-c", script);
        assertEquals(0, answer.getExitCode(), answer.getStderr().toStringUtf8());
    }

    private static boolean has(String container, String point) {
        return node.pods()
                .exec(container, "cat", "/proc/self/mountinfo")
                .getStdout()
                .toStringUtf8()
                .lines()
                .anyMatch(line -> line.split(" ")[4].equals(point));
    }

    private static boolean onHost(Path point) {
        return mounts.table().stream().anyMatch(line -> line.split(" ")[4].equals(point.toString()));
    }

    private static String state() {
        return node.place().state() + "/";
    }

    private static void assertNothingMissing(List<String> before) {
        var now = Set.copyOf(mounts.table());
        var gone = before.stream().filter(line -> !now.contains(line)).toList();
        assertEquals(List.of(), gone, "mounts of the host that are gone or have changed");
    }

    private static Set<String> newSince(List<String> before) {
        var now = new LinkedHashSet<>(mounts.table());
        before.forEach(now::remove);
        return now;
    }

    /// The kernel takes the mounts of a namespace that ended away a little later.
    private static void assertAsBefore(List<String> before) {
        assertNothingMissing(before);
        Waiting.until(
                "the mounts of the host are as before",
                SOON,
                () -> mounts.table().equals(before),
                () -> "new: " + String.join("\n", newSince(before)));
    }
}
