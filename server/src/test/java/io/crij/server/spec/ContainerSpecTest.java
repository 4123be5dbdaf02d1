package io.crij.server.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.crij.cri.v1.Capability;
import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.KeyValue;
import io.crij.cri.v1.LinuxContainerConfig;
import io.crij.cri.v1.LinuxContainerResources;
import io.crij.cri.v1.LinuxContainerSecurityContext;
import io.crij.cri.v1.Mount;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecWriter;
import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Whole specifications, compared with files that a person has read. The default seccomp profile, which has tests of
/// its
/// own, is left out of them.
class ContainerSpecTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void plainContainer() throws Exception {
        assertGolden("plain.json", Requests.spec(Requests.plain(_ -> {})));
    }

    @Test
    void containerAsTheKubeletAsksForIt() throws Exception {
        assertGolden("kubelet.json", Requests.spec(Requests.plain(ContainerSpecTest::asKubelet)));
    }

    private static void asKubelet(ContainerConfig.Builder config) {
        config.addCommand("/server")
                .addArgs("--port=80")
                .setWorkingDir("/srv")
                .addEnvs(KeyValue.newBuilder().setKey("FROM_IMAGE").setValue(ByteString.copyFromUtf8("2")))
                .setTty(true)
                .addMounts(Mount.newBuilder().setContainerPath("/etc/hosts").setHostPath("/etc/hosts"))
                .addMounts(Mount.newBuilder()
                        .setContainerPath("/data/")
                        .setHostPath("/tmp")
                        .setReadonly(true))
                .putAnnotations("io.kubernetes.container.hash", "abc")
                .setLinux(LinuxContainerConfig.newBuilder()
                        .setResources(LinuxContainerResources.newBuilder()
                                .setCpuPeriod(100_000)
                                .setCpuQuota(50_000)
                                .setCpuShares(512)
                                .setMemoryLimitInBytes(64 << 20)
                                .setOomScoreAdj(999))
                        .setSecurityContext(LinuxContainerSecurityContext.newBuilder()
                                .setCapabilities(Capability.newBuilder()
                                        .addAddCapabilities("NET_ADMIN")
                                        .addDropCapabilities("KILL"))
                                .setNoNewPrivs(true)
                                .setReadonlyRootfs(true)
                                .addMaskedPaths("/proc/kcore")
                                .addReadonlyPaths("/proc/sys")));
    }

    private static void assertGolden(String name, Spec spec) throws IOException {
        var actual = MAPPER.readTree(new SpecWriter().write(spec));
        ((ObjectNode) actual.path("linux")).remove("seccomp");
        JsonNode expected;
        try (var file = ContainerSpecTest.class.getResourceAsStream(name)) {
            expected = MAPPER.readTree(Objects.requireNonNull(file, name));
        }
        assertEquals(
                MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(expected),
                MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(actual));
    }
}
