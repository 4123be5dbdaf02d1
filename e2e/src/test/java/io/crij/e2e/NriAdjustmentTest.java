package io.crij.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.LinuxContainerResources;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.PodSandboxConfig;
import io.crij.cri.v1.UpdateContainerResourcesRequest;
import io.crij.cri.v1.UpdatePodSandboxResourcesRequest;
import io.crij.e2e.nri.SamplePlugin;
import io.crij.server.nri.proto.ContainerAdjustment;
import io.crij.server.nri.proto.ContainerUpdate;
import io.crij.server.nri.proto.CreateContainerResponse;
import io.crij.server.nri.proto.KeyValue;
import io.crij.server.nri.proto.LinuxCPU;
import io.crij.server.nri.proto.LinuxContainerAdjustment;
import io.crij.server.nri.proto.LinuxContainerUpdate;
import io.crij.server.nri.proto.LinuxDevice;
import io.crij.server.nri.proto.LinuxMemory;
import io.crij.server.nri.proto.LinuxRdt;
import io.crij.server.nri.proto.LinuxResources;
import io.crij.server.nri.proto.Mount;
import io.crij.server.nri.proto.OptionalInt;
import io.crij.server.nri.proto.OptionalInt64;
import io.crij.server.nri.proto.OptionalString;
import io.crij.server.nri.proto.OptionalUInt64;
import io.crij.server.nri.proto.POSIXRlimit;
import io.crij.server.nri.proto.UpdateContainerResponse;
import io.crij.server.nri.proto.UpdateContainersRequest;
import io.crij.server.nri.proto.ValidateContainerAdjustmentResponse;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What plugins of the Node Resource Interface change is so in the container; what cannot be is refused by name.
class NriAdjustmentTest {
    private static final long MIB = 1 << 20;

    private static Node node;
    private static String image;

    private PodSandboxConfig config;
    private String pod;

    @BeforeAll
    static void startNode() {
        node = Node.start();
        image = node.registry().push(TestImage.busybox("e2e/nri-adjust:1"));
        node.pods().pull(image);
    }

    @AfterAll
    static void closeNode() {
        node.close();
    }

    @BeforeEach
    void makePod() {
        assumeTrue(node.isCrij(), "needs crij: containerd keeps its plugins' socket elsewhere");
        config = node.pods().config("adjusted", NamespaceMode.NODE).build();
        pod = node.pods().run(config);
    }

    @AfterEach
    void removePod() {
        node.pods().stopPod(pod);
        node.pods().removePod(pod);
    }

    private static SamplePlugin adjusting(String index, String name, ContainerAdjustment adjustment) throws Exception {
        return new SamplePlugin(index, name)
                .on(
                        "CreateContainer",
                        _ -> CreateContainerResponse.newBuilder()
                                .setAdjust(adjustment)
                                .build())
                .connect(node.place().nriSocket());
    }

    private static ContainerConfig.Builder container(String command) {
        return Pods.container("main", image, NamespaceMode.NODE, List.of("sh", "-c", command));
    }

    private String refusal() {
        return assertThrows(
                        StatusRuntimeException.class,
                        () -> node.pods().create(pod, config, container("true").build()))
                .getMessage();
    }

    private String run(ContainerConfig request, String... command) {
        var container = node.pods().create(pod, config, request);
        node.pods().start(container);
        return node.pods().exec(container, command).getStdout().toStringUtf8();
    }

    private static ContainerAdjustment linux(LinuxContainerAdjustment linux) {
        return ContainerAdjustment.newBuilder().setLinux(linux).build();
    }

    private static LinuxResources memory(long bytes) {
        return LinuxResources.newBuilder()
                .setMemory(LinuxMemory.newBuilder()
                        .setLimit(OptionalInt64.newBuilder().setValue(bytes)))
                .build();
    }

    @Test
    void processIsAsThePluginWantsIt() throws Exception {
        var file = node.place().root().resolve("gift");
        Files.writeString(file, "from the plugin");
        var adjustment = ContainerAdjustment.newBuilder()
                .addEnv(KeyValue.newBuilder().setKey("ADDED").setValue("yes"))
                .addEnv(KeyValue.newBuilder().setKey("CHANGED").setValue("new"))
                .addEnv(KeyValue.newBuilder().setKey("-REMOVED"))
                .addMounts(Mount.newBuilder()
                        .setDestination("/gift")
                        .setType("bind")
                        .setSource(file.toString())
                        .addOptions("ro"))
                .addRlimits(POSIXRlimit.newBuilder()
                        .setType("RLIMIT_NOFILE")
                        .setSoft(77)
                        .setHard(78))
                .setLinux(LinuxContainerAdjustment.newBuilder()
                        .setOomScoreAdj(OptionalInt.newBuilder().setValue(555))
                        .addDevices(LinuxDevice.newBuilder()
                                .setPath("/dev/nri-zero")
                                .setType("c")
                                .setMajor(1)
                                .setMinor(5)))
                .build();
        var request = container("sleep 1000")
                .addEnvs(
                        io.crij.cri.v1.KeyValue.newBuilder().setKey("CHANGED").setValue(ByteString.copyFromUtf8("old")))
                .addEnvs(io.crij.cri.v1.KeyValue.newBuilder()
                        .setKey("REMOVED")
                        .setValue(ByteString.copyFromUtf8("there")))
                .build();
        try (var _ = adjusting("10", "giver", adjustment)) {
            var output = run(
                    request,
                    "sh",
                    "-c",
                    "echo $ADDED $CHANGED [$REMOVED]; cat /gift; echo; tr '\\0' '\\n' < /proc/1/environ | grep CHANGED;"
                            + " cat /proc/1/oom_score_adj; grep 'open files' /proc/1/limits | tr -s ' ';"
                            + " head -c 3 /dev/nri-zero | wc -c; touch /gift 2>&1");
            assertEquals(
                    List.of(
                            "yes new []",
                            "from the plugin",
                            "CHANGED=new",
                            "555",
                            "Max open files 77 78 files",
                            "3",
                            "touch: /gift: Read-only file system"),
                    output.lines().map(String::strip).toList());
        }
    }

    @Test
    void commandIsThePlugins() throws Exception {
        var adjustment = ContainerAdjustment.newBuilder()
                .addAllArgs(List.of("sh", "-c", "exit 42"))
                .build();
        try (var _ = adjusting("10", "commander", adjustment)) {
            var container = node.pods().create(pod, config, container("true").build());
            node.pods().start(container);
            assertEquals(42, node.pods().awaitEnd(container).getExitCode());
        }
    }

    @Test
    void limitsAreThePluginsAndShownInTheStatus() throws Exception {
        var adjustment = linux(LinuxContainerAdjustment.newBuilder()
                .setResources(memory(64 * MIB).toBuilder()
                        .setCpu(LinuxCPU.newBuilder()
                                .setShares(OptionalUInt64.newBuilder().setValue(512))))
                .build());
        try (var _ = adjusting("10", "limiter", adjustment)) {
            var container =
                    node.pods().create(pod, config, container("sleep 1000").build());
            var limits = node.pods().status(container).getResources().getLinux();
            assertEquals(64 * MIB, limits.getMemoryLimitInBytes());
            assertEquals(512, limits.getCpuShares());
        }
    }

    @Test
    void laterPluginSeesWhatEarlierOnesWant() throws Exception {
        var first = ContainerAdjustment.newBuilder()
                .addEnv(KeyValue.newBuilder().setKey("FROM").setValue("first"))
                .putAnnotations("first.example", "was here")
                .build();
        try (var _ = adjusting("10", "first", first);
                var second =
                        new SamplePlugin("20", "second").connect(node.place().nriSocket())) {
            var container = node.pods().create(pod, config, container("true").build());
            var seen = second.heard().getFirst().content().getContainer();
            assertEquals(container, seen.getId());
            assertTrue(
                    seen.getEnvList().contains("FROM=first"), seen.getEnvList().toString());
            assertEquals("was here", seen.getAnnotationsMap().get("first.example"));
        }
    }

    @Test
    void pluginsThatContradictEachOtherFailTheContainer() throws Exception {
        var one = ContainerAdjustment.newBuilder()
                .addEnv(KeyValue.newBuilder().setKey("SAME").setValue("1"))
                .build();
        var two = ContainerAdjustment.newBuilder()
                .addEnv(KeyValue.newBuilder().setKey("SAME").setValue("2"))
                .build();
        try (var _ = adjusting("10", "one", one);
                var _ = adjusting("20", "two", two)) {
            var message = refusal();
            assertTrue(message.contains("10-one") && message.contains("20-two") && message.contains("SAME"), message);
        }
    }

    @Test
    void whatCannotBeDoneIsRefusedByName() throws Exception {
        var rdt = linux(LinuxContainerAdjustment.newBuilder()
                .setRdt(LinuxRdt.newBuilder()
                        .setClosId(OptionalString.newBuilder().setValue("gold")))
                .build());
        try (var _ = adjusting("10", "rdt", rdt)) {
            var message = refusal();
            assertTrue(message.contains("10-rdt") && message.contains("RDT"), message);
        }
        var blockio = linux(LinuxContainerAdjustment.newBuilder()
                .setResources(LinuxResources.newBuilder()
                        .setBlockioClass(OptionalString.newBuilder().setValue("slow")))
                .build());
        try (var _ = adjusting("10", "blockio", blockio)) {
            var message = refusal();
            assertTrue(message.contains("10-blockio") && message.contains("slow"), message);
        }
        try (var _ = adjusting(
                "10",
                "tiny",
                linux(LinuxContainerAdjustment.newBuilder()
                        .setResources(memory(1000))
                        .build()))) {
            var message = refusal();
            assertTrue(message.contains("10-tiny") && message.contains("1000"), message);
        }
    }

    @Test
    void validatorSeesWhoWantsWhatAndMayRefuse() throws Exception {
        var adjustment = ContainerAdjustment.newBuilder()
                .addEnv(KeyValue.newBuilder().setKey("SECRET").setValue("x"))
                .build();
        try (var _ = adjusting("10", "changer", adjustment);
                var _ = new SamplePlugin("90", "judge")
                        .wanting(0)
                        .on(
                                "ValidateContainerAdjustment",
                                _ -> ValidateContainerAdjustmentResponse.newBuilder()
                                        .setReject(true)
                                        .setReason("no secrets here")
                                        .build())
                        .connect(node.place().nriSocket())) {
            var message = refusal();
            assertTrue(message.contains("90-judge") && message.contains("no secrets here"), message);
        }
    }

    @Test
    void newContainerMayChangeTheLimitsOfOthers() throws Exception {
        var other = node.pods()
                .create(
                        pod,
                        config,
                        Pods.container("other", image, NamespaceMode.NODE, List.of("sleep", "1000"))
                                .build());
        node.pods().start(other);
        try (var _ = new SamplePlugin("10", "balancer")
                .on(
                        "CreateContainer",
                        about -> CreateContainerResponse.newBuilder()
                                .addUpdate(update(other, memory(48 * MIB)))
                                .build())
                .connect(node.place().nriSocket())) {
            node.pods().create(pod, config, container("true").build());
            assertEquals(48 * MIB, memoryOf(other));
        }
    }

    private static ContainerUpdate update(String container, LinuxResources limits) {
        return ContainerUpdate.newBuilder()
                .setContainerId(container)
                .setLinux(LinuxContainerUpdate.newBuilder().setResources(limits))
                .build();
    }

    private static long memoryOf(String container) {
        return node.pods().status(container).getResources().getLinux().getMemoryLimitInBytes();
    }

    @Test
    void updateIsChangedByThePlugin() throws Exception {
        var container = node.pods().create(pod, config, container("sleep 1000").build());
        node.pods().start(container);
        try (var plugin = new SamplePlugin("10", "rounder")
                .on(
                        "UpdateContainer",
                        about -> UpdateContainerResponse.newBuilder()
                                .addUpdate(update(about.getContainer().getId(), memory(96 * MIB)))
                                .build())
                .connect(node.place().nriSocket())) {
            node.pods()
                    .client()
                    .runtime()
                    .updateContainerResources(UpdateContainerResourcesRequest.newBuilder()
                            .setContainerId(container)
                            .setLinux(LinuxContainerResources.newBuilder()
                                    .setMemoryLimitInBytes(90 * MIB)
                                    .setCpuShares(256))
                            .build());
            assertEquals(96 * MIB, memoryOf(container));
            assertEquals(
                    256, node.pods().status(container).getResources().getLinux().getCpuShares());
            assertEquals(List.of("UpdateContainer", "PostUpdateContainer"), plugin.heardOf(container));
        }
    }

    @Test
    void newSumsOfThePodAreToldBeforeAndAfter() throws Exception {
        try (var plugin = new SamplePlugin("10", "watcher").connect(node.place().nriSocket())) {
            node.pods()
                    .client()
                    .runtime()
                    .updatePodSandboxResources(UpdatePodSandboxResourcesRequest.newBuilder()
                            .setPodSandboxId(pod)
                            .setResources(LinuxContainerResources.newBuilder().setCpuShares(333))
                            .build());
            assertEquals(List.of("UpdatePodSandbox", "PostUpdatePodSandbox"), plugin.heardOf(pod));
            assertEquals(
                    333,
                    plugin.heard()
                            .getLast()
                            .content()
                            .getPod()
                            .getLinux()
                            .getPodResources()
                            .getCpu()
                            .getShares()
                            .getValue());
        }
    }

    @Test
    void pluginMayChangeLimitsUnasked() throws Exception {
        var container = node.pods().create(pod, config, container("sleep 1000").build());
        node.pods().start(container);
        try (var plugin =
                new SamplePlugin("10", "restless").connect(node.place().nriSocket())) {
            var answer = plugin.update(UpdateContainersRequest.newBuilder()
                    .addUpdate(update(container, memory(80 * MIB)))
                    .addUpdate(update("nobody", memory(80 * MIB)))
                    .build());
            assertEquals(80 * MIB, memoryOf(container));
            assertEquals(
                    List.of("nobody"),
                    answer.getFailedList().stream()
                            .map(ContainerUpdate::getContainerId)
                            .toList());
        }
    }
}
