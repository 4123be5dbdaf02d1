package io.crij.e2e.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.ContainerFilter;
import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.ContainerStateValue;
import io.crij.cri.v1.ContainerStatsRequest;
import io.crij.cri.v1.ListContainersRequest;
import io.crij.cri.v1.ListPodSandboxRequest;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.PodSandboxFilter;
import io.crij.cri.v1.PodSandboxStateValue;
import io.crij.cri.v1.PodSandboxStatsRequest;
import io.crij.cri.v1.PodSandboxStatusRequest;
import io.crij.cri.v1.PortMapping;
import io.crij.cri.v1.RunPodSandboxRequest;
import io.crij.cri.v1.SecurityProfile;
import io.grpc.Status;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Ids, states and numbers that no caller should send: each is answered with the code that the kubelet looks at.
@ExtendWith(SharedNode.class)
class WrongRequestsTest {
    private static final String UNKNOWN = "0123456789abcdef".repeat(4);

    @Test
    void callsAboutSomethingUnknownSayNotFound(Lab lab) {
        var missing = Status.Code.NOT_FOUND;
        Lab.refused(missing, UNKNOWN, () -> status(lab, UNKNOWN));
        Lab.refused(
                missing,
                UNKNOWN,
                () -> lab.runtime()
                        .containerStats(ContainerStatsRequest.newBuilder()
                                .setContainerId(UNKNOWN)
                                .build()));
        Lab.refused(
                missing,
                UNKNOWN,
                () -> lab.runtime()
                        .podSandboxStats(PodSandboxStatsRequest.newBuilder()
                                .setPodSandboxId(UNKNOWN)
                                .build()));
    }

    private static void status(Lab lab, String pod) {
        lab.runtime()
                .podSandboxStatus(PodSandboxStatusRequest.newBuilder()
                        .setPodSandboxId(pod)
                        .build());
    }

    @Test
    void anEmptyIdIsNobodys(Lab lab) {
        var pod = lab.pod("only");
        var id = pod.start("main", "sleep", "1000");
        var invalid = Status.Code.INVALID_ARGUMENT;
        for (Runnable call : List.<Runnable>of(
                () -> status(lab, ""),
                () -> lab.pods().status(""),
                () -> lab.pods().start(""),
                () -> lab.pods().stop("", 0),
                () -> lab.pods().remove(""),
                () -> lab.pods().stopPod(""),
                () -> lab.pods().removePod(""),
                () -> lab.pods().exec("", "true"))) {
            Lab.refused(invalid, "id", call::run);
        }
        assertEquals(ContainerState.CONTAINER_RUNNING, lab.pods().status(id).getState());
        assertTrue(lab.pods().all().contains(pod.id()));
    }

    @Test
    void anIdIsNoPattern(Lab lab) {
        var pod = lab.pod("pattern");
        for (var id : List.of("*", ".", "..", "/", pod.id() + "/..", pod.id().toUpperCase(java.util.Locale.ROOT))) {
            Lab.refused(Status.Code.NOT_FOUND, id, () -> status(lab, id));
            lab.pods().removePod(id);
        }
        assertTrue(lab.pods().all().contains(pod.id()));
    }

    @Test
    void idsOfTheOtherKindAreUnknown(Lab lab) {
        var pod = lab.pod("kinds");
        var id = pod.start("main", "sleep", "1000");
        Lab.refused(Status.Code.NOT_FOUND, id, () -> status(lab, id));
        Lab.refused(Status.Code.NOT_FOUND, pod.id(), () -> lab.pods().status(pod.id()));
        lab.pods().remove(pod.id());
        lab.pods().removePod(id);
        assertEquals(ContainerState.CONTAINER_RUNNING, lab.pods().status(id).getState());
    }

    @Test
    void numbersOfNoEnumAreRefused(Lab lab) {
        var invalid = Status.Code.INVALID_ARGUMENT;
        var pod = lab.pod("enums");
        Lab.refused(invalid, "stop_signal", () -> pod.create("a", c -> c.setStopSignalValue(999), "true"));
        Lab.refused(
                invalid,
                "apparmor",
                () -> pod.create(
                        "b",
                        Lab.secured(
                                s -> s.setApparmor(SecurityProfile.newBuilder().setProfileTypeValue(42))),
                        "true"));
        Lab.refused(
                invalid,
                "protocol",
                () -> lab.pod(
                        "c",
                        NamespaceMode.POD,
                        c -> c.addPortMappings(PortMapping.newBuilder()
                                .setProtocolValue(9)
                                .setContainerPort(80)
                                .setHostPort(31_100))));
        for (var port : new int[] {-1, 65_536, Integer.MAX_VALUE}) {
            Lab.refused(
                    invalid,
                    "port",
                    () -> lab.pod(
                            "d",
                            NamespaceMode.POD,
                            c -> c.addPortMappings(PortMapping.newBuilder()
                                    .setContainerPort(80)
                                    .setHostPort(port))));
        }
        // a state that nothing has: nothing is listed
        assertEquals(
                0,
                lab.runtime()
                        .listContainers(ListContainersRequest.newBuilder()
                                .setFilter(ContainerFilter.newBuilder()
                                        .setState(
                                                ContainerStateValue.newBuilder().setStateValue(77)))
                                .build())
                        .getContainersCount());
        assertEquals(
                0,
                lab.runtime()
                        .listPodSandbox(ListPodSandboxRequest.newBuilder()
                                .setFilter(PodSandboxFilter.newBuilder()
                                        .setState(PodSandboxStateValue.newBuilder()
                                                .setStateValue(77)))
                                .build())
                        .getItemsCount());
    }

    @Test
    void podsThatCannotBeAreRefused(Lab lab) {
        var invalid = Status.Code.INVALID_ARGUMENT;
        Lab.refused(invalid, "hostname", () -> lab.pod("a", c -> c.setHostname("x".repeat(65))));
        Lab.refused(invalid, "log_directory", () -> lab.pod("b", c -> c.setLogDirectory("relative/path")));
        Lab.refused(
                invalid,
                "cgroup_parent",
                () -> lab.pod("c", c -> c.getLinuxBuilder().setCgroupParent("/kubepods/../..")));
        Lab.refused(
                invalid, "slice", () -> lab.pod("d", c -> c.getLinuxBuilder().setCgroupParent("kubepods.slice")));
        Lab.refused(invalid, "metadata", () -> lab.runtime().runPodSandbox(RunPodSandboxRequest.getDefaultInstance()));
        Lab.refused(
                invalid,
                "run_as_group",
                () -> lab.pod(
                        "e",
                        c -> c.getLinuxBuilder()
                                .getSecurityContextBuilder()
                                .setRunAsGroup(
                                        io.crij.cri.v1.Int64Value.newBuilder().setValue(5))));
    }

    @Test
    void containersThatCannotBeAreRefused(Lab lab) {
        var invalid = Status.Code.INVALID_ARGUMENT;
        var pod = lab.pod("containers");
        Lab.refused(invalid, "metadata", () -> pod.create("", _ -> {}, "true"));
        Lab.refused(invalid, "image", () -> pod.create("a", c -> c.clearImage(), "true"));
        Lab.refused(invalid, "zero byte", () -> pod.create("b", c -> c.addArgs("a\0b"), "true"));
        Lab.refused(
                invalid,
                "envs",
                () -> pod.create(
                        "c", c -> c.addEnvs(io.crij.cri.v1.KeyValue.newBuilder().setKey("A=B")), "true"));
    }
}
