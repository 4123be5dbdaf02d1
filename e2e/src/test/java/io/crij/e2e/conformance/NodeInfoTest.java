package io.crij.e2e.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.CgroupDriver;
import io.crij.cri.v1.NetworkConfig;
import io.crij.cri.v1.RuntimeCondition;
import io.crij.cri.v1.RuntimeConfig;
import io.crij.cri.v1.RuntimeConfigRequest;
import io.crij.cri.v1.RuntimeHandler;
import io.crij.cri.v1.StatusRequest;
import io.crij.cri.v1.UpdateRuntimeConfigRequest;
import io.crij.cri.v1.VersionRequest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What the node says of itself.
@ExtendWith(SharedNode.class)
class NodeInfoTest {
    @Test
    void versionIsThatOfTheInterface(Lab lab) {
        var version = lab.runtime().version(VersionRequest.getDefaultInstance());
        assertEquals("0.1.0", version.getVersion());
        assertEquals("v1", version.getRuntimeApiVersion());
        assertEquals(lab.node().isCrij() ? "cri-j" : "containerd", version.getRuntimeName());
        assertTrue(version.getRuntimeVersion().matches("v?\\d+\\.\\d+\\.\\d+.*"), version.getRuntimeVersion());
    }

    @Test
    void nodeIsReadyWithItsReasons(Lab lab) {
        var conditions =
                lab.runtime().status(StatusRequest.getDefaultInstance()).getStatus().getConditionsList().stream()
                        .collect(Collectors.toMap(RuntimeCondition::getType, c -> c));
        assertTrue(conditions.get("RuntimeReady").getStatus());
        assertTrue(conditions.get("NetworkReady").getStatus(), conditions.toString());
    }

    @Test
    void handlersHaveTheirFeaturesAndAnOrder(Lab lab) {
        var status = lab.runtime().status(StatusRequest.getDefaultInstance());
        var names = status.getRuntimeHandlersList().stream()
                .map(RuntimeHandler::getName)
                .toList();
        assertTrue(names.contains(""), names.toString());
        assertEquals(names.stream().sorted().toList(), names);
        var usual = status.getRuntimeHandlersList().stream()
                .filter(handler -> handler.getName().isEmpty())
                .findFirst()
                .orElseThrow();
        assertTrue(usual.getFeatures().getRecursiveReadOnlyMounts());
        assertTrue(status.getFeatures().getSupplementalGroupsPolicy());
        assertEquals(status, lab.runtime().status(StatusRequest.getDefaultInstance()), "it flaps");
    }

    @Test
    void detailsComeOnRequestOnly(Lab lab) {
        assertTrue(lab.runtime()
                .status(StatusRequest.getDefaultInstance())
                .getInfoMap()
                .isEmpty());
        var info = lab.runtime()
                .status(StatusRequest.newBuilder().setVerbose(true).build())
                .getInfoMap();
        assertTrue(info.containsKey("config"), info.keySet().toString());
    }

    @Test
    void cgroupDriverIsTold(Lab lab) {
        assertEquals(
                CgroupDriver.CGROUPFS,
                lab.runtime()
                        .runtimeConfig(RuntimeConfigRequest.getDefaultInstance())
                        .getLinux()
                        .getCgroupDriver());
    }

    @Test
    void rangeOfPodAddressesIsTaken(Lab lab) {
        lab.runtime()
                .updateRuntimeConfig(UpdateRuntimeConfigRequest.newBuilder()
                        .setRuntimeConfig(RuntimeConfig.newBuilder()
                                .setNetworkConfig(NetworkConfig.newBuilder().setPodCidr("10.123.0.0/16")))
                        .build());
        assertTrue(lab.runtime().status(StatusRequest.getDefaultInstance()).getStatus().getConditionsList().stream()
                .allMatch(RuntimeCondition::getStatus));
    }
}
