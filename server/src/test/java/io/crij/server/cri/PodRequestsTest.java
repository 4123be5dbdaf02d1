package io.crij.server.cri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crij.cri.v1.IDMapping;
import io.crij.cri.v1.Int64Value;
import io.crij.cri.v1.LinuxPodSandboxConfig;
import io.crij.cri.v1.LinuxSandboxSecurityContext;
import io.crij.cri.v1.NamespaceOption;
import io.crij.cri.v1.PodSandboxConfig;
import io.crij.cri.v1.PodSandboxMetadata;
import io.crij.cri.v1.PortMapping;
import io.crij.cri.v1.Protocol;
import io.crij.cri.v1.SecurityProfile;
import io.crij.cri.v1.UserNamespace;
import io.crij.sandbox.NamespaceMode;
import io.crij.sandbox.SandboxException;
import org.junit.jupiter.api.Test;

class PodRequestsTest {
    private static final PodSandboxMetadata METADATA = PodSandboxMetadata.newBuilder()
            .setName("web")
            .setUid("u")
            .setNamespace("default")
            .setAttempt(3)
            .build();

    @Test
    void metadataIsRequiredWhole() {
        for (var part : new PodSandboxMetadata[] {
            PodSandboxMetadata.getDefaultInstance(),
            METADATA.toBuilder().clearName().build(),
            METADATA.toBuilder().clearUid().build(),
            METADATA.toBuilder().clearNamespace().build()
        }) {
            var failure = assertThrows(
                    SandboxException.Invalid.class,
                    () -> PodRequests.config(
                            PodSandboxConfig.newBuilder().setMetadata(part).build()));
            assertEquals("config.metadata", failure.field());
        }
    }

    @Test
    void plainPodHasNoUserNamespaceAndNoProfiles() throws Exception {
        var config = PodRequests.config(
                PodSandboxConfig.newBuilder().setMetadata(METADATA).build());
        assertEquals(NamespaceMode.NODE, config.namespaces().user());
        assertEquals(NamespaceMode.POD, config.namespaces().network());
        assertNull(config.security().seccomp());
        assertNull(config.resources());
        assertEquals("web_default_u_3", config.metadata().key());
    }

    @Test
    void everythingIsCarriedOver() throws Exception {
        var config = PodRequests.config(PodSandboxConfig.newBuilder()
                .setMetadata(METADATA)
                .addPortMappings(PortMapping.newBuilder()
                        .setProtocol(Protocol.UDP)
                        .setContainerPort(53)
                        .setHostPort(5353))
                .setLinux(LinuxPodSandboxConfig.newBuilder()
                        .setCgroupParent("/kubepods/pod1")
                        .putSysctls("net.core.somaxconn", "1024")
                        .setSecurityContext(LinuxSandboxSecurityContext.newBuilder()
                                .setRunAsUser(Int64Value.newBuilder().setValue(5))
                                .setSeccomp(SecurityProfile.newBuilder()
                                        .setProfileType(SecurityProfile.ProfileType.Localhost)
                                        .setLocalhostRef("/p"))
                                .setNamespaceOptions(NamespaceOption.newBuilder()
                                        .setPid(io.crij.cri.v1.NamespaceMode.NODE)
                                        .setUsernsOptions(UserNamespace.newBuilder()
                                                .setMode(io.crij.cri.v1.NamespaceMode.POD)
                                                .addUids(IDMapping.newBuilder()
                                                        .setHostId(-1)
                                                        .setLength(7))))))
                .build());
        assertEquals(53, config.portMappings().getFirst().containerPort());
        assertEquals("/kubepods/pod1", config.cgroupParent());
        assertEquals(NamespaceMode.NODE, config.namespaces().pid());
        assertEquals(0xFFFF_FFFFL, config.namespaces().uidMappings().getFirst().hostId());
        assertEquals(
                new io.crij.sandbox.SecurityProfile.Localhost("/p"),
                config.security().seccomp());
        assertEquals(5L, config.security().runAsUser());
    }

    @Test
    void groupWithoutUserIsRefused() {
        assertThrows(
                SandboxException.Invalid.class,
                () -> PodRequests.config(PodSandboxConfig.newBuilder()
                        .setMetadata(METADATA)
                        .setLinux(LinuxPodSandboxConfig.newBuilder()
                                .setSecurityContext(LinuxSandboxSecurityContext.newBuilder()
                                        .setRunAsGroup(Int64Value.newBuilder().setValue(5))))
                        .build()));
    }
}
