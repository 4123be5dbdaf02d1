package io.crij.sandbox;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.CgroupTree;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PodChecksTest {
    private static final PodMetadata WEB = new PodMetadata("web", "1", "default", 0);

    private final Sysctls sysctls = new Sysctls(Map.of("net.ipv4.ping_group_range", "0 2147483647"));
    private static final CgroupTree NO_CGROUPS = new CgroupTree(CgroupTree.Mode.V2, List.of());

    private final PodChecks checks = checks(new FolderParents(NO_CGROUPS), "/crij");

    private static PodConfig config(
            PodMetadata metadata,
            String logs,
            String cgroupParent,
            Map<String, String> sysctls,
            PodNamespaceModes modes,
            PodSecurity security) {
        return new PodConfig(
                metadata,
                "",
                logs,
                DnsConfig.ofHost(),
                List.of(),
                Map.of(),
                Map.of(),
                cgroupParent,
                sysctls,
                modes,
                security,
                null,
                null);
    }

    private static PodConfig with(Map<String, String> sysctls, PodNamespaceModes modes) {
        return config(WEB, "", "", sysctls, modes, PodSecurity.none());
    }

    private static PodNamespaceModes user(List<IdMapping> uids, List<IdMapping> gids) {
        return new PodNamespaceModes(
                NamespaceMode.POD, NamespaceMode.POD, NamespaceMode.POD, "", NamespaceMode.POD, uids, gids);
    }

    private String refused(PodConfig config) {
        return assertThrows(SandboxException.Invalid.class, () -> checks.check(config, ""))
                .field();
    }

    @Test
    void metadataIsRequired() {
        for (var metadata : List.of(
                new PodMetadata("", "1", "default", 0),
                new PodMetadata("web", "", "default", 0),
                new PodMetadata("web", "1", "", 0))) {
            assertTrue(refused(config(metadata, "", "", Map.of(), PodNamespaceModes.ofPod(), PodSecurity.none()))
                    .startsWith("metadata."));
        }
    }

    @Test
    void theLogDirectoryIsAbsolute() {
        assertEquals(
                "log_directory",
                refused(config(WEB, "logs", "", Map.of(), PodNamespaceModes.ofPod(), PodSecurity.none())));
    }

    @Test
    void aSliceIsRefusedWithTheSettingToChange() {
        var slice =
                config(WEB, "", "kubepods-burstable.slice", Map.of(), PodNamespaceModes.ofPod(), PodSecurity.none());
        var refused = assertThrows(SandboxException.Invalid.class, () -> checks.check(slice, ""));
        assertTrue(refused.getMessage().contains("cgroupDriver: cgroupfs"), refused.getMessage());
    }

    private PodChecks checks(ParentForm form, String parent) {
        return new PodChecks(RuntimeHandlers.builtIn(), sysctls, new CgroupParents(NO_CGROUPS, form, parent));
    }

    private String refusedParent(PodChecks asked, String parent) {
        var config = config(WEB, "", parent, Map.of(), PodNamespaceModes.ofPod(), PodSecurity.none());
        return assertThrows(SandboxException.Invalid.class, () -> asked.check(config, ""))
                .getMessage();
    }

    @Test
    void withSystemdAParentIsASlice() throws Exception {
        var systemd = checks(new SliceParents(NO_CGROUPS), "crij.slice");
        for (var parent : List.of(
                "",
                "kubepods-burstable-pod1.slice",
                "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice")) {
            systemd.check(config(WEB, "", parent, Map.of(), PodNamespaceModes.ofPod(), PodSecurity.none()), "");
        }
        assertTrue(refusedParent(systemd, "/kubepods/pod1").contains("cgroupDriver: systemd"));
        assertTrue(
                refusedParent(systemd, "/other.slice/kubepods-pod1.slice").contains("/kubepods.slice/kubepods-pod1"));
        assertTrue(refusedParent(systemd, "a--b.slice").contains("dash"));
        assertTrue(refusedParent(systemd, "-.slice").contains("root"));
    }

    @Test
    void aGroupNeedsAUser() {
        var security = new PodSecurity(false, null, 1000L, List.of(), false, null, null, null);
        assertEquals(
                "linux.security_context.run_as_group",
                refused(config(WEB, "", "", Map.of(), PodNamespaceModes.ofPod(), security)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kernel.shm_rmid_forced",
                "kernel.msgmax",
                "kernel.sem",
                "fs.mqueue.msg_max",
                "net.ipv4.ip_forward",
                "net/ipv4/ip_forward"
            })
    void parametersOfThePodsNamespacesMayBeSet(String name) {
        assertDoesNotThrow(() -> checks.check(with(Map.of(name, "1"), PodNamespaceModes.ofPod()), ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"kernel.panic", "vm.overcommit_memory", "kernel.semantics", "net/../kernel/panic", "fs.file-max"
            })
    void parametersOfTheHostMayNot(String name) {
        assertTrue(refused(with(Map.of(name, "1"), PodNamespaceModes.ofPod())).startsWith("linux.sysctls["));
    }

    @Test
    void parametersOfANamespaceOfTheHostMayNot() {
        var host = new PodNamespaceModes(
                NamespaceMode.NODE,
                NamespaceMode.POD,
                NamespaceMode.NODE,
                "",
                NamespaceMode.NODE,
                List.of(),
                List.of());
        refused(with(Map.of("net.ipv4.ip_forward", "1"), host));
        refused(with(Map.of("kernel.shmmax", "1"), host));
    }

    @Test
    void defaultsApplyWhereTheNamespaceIsThePodsAndTheRequestWins() throws Exception {
        assertEquals(
                Map.of("net.ipv4.ping_group_range", "0 2147483647"),
                sysctls.of(with(Map.of(), PodNamespaceModes.ofPod())));
        assertEquals(
                Map.of("net.ipv4.ping_group_range", "1 1"),
                sysctls.of(with(Map.of("net/ipv4/ping_group_range", "1 1"), PodNamespaceModes.ofPod())));
        assertEquals(Map.of(), sysctls.of(with(Map.of(), Node.hostNetwork())));
        var mapped = List.of(new IdMapping(100000, 0, 65536));
        assertEquals(Map.of("net.ipv4.ping_group_range", "0 65535"), sysctls.of(with(Map.of(), user(mapped, mapped))));
    }

    @Test
    void aUserNamespaceHasOneLineThatMapsRoot() {
        var good = List.of(new IdMapping(100000, 0, 65536));
        assertDoesNotThrow(() -> checks.check(with(Map.of(), user(good, good)), ""));
        refused(with(Map.of(), user(List.of(), good)));
        refused(with(Map.of(), user(good, List.of())));
        refused(with(Map.of(), user(List.of(good.getFirst(), new IdMapping(1, 65536, 1)), good)));
        refused(with(Map.of(), user(List.of(new IdMapping(100000, 1, 65536)), good)));
        refused(with(Map.of(), user(good, List.of(new IdMapping(100000, 0, 0)))));
        refused(with(Map.of(), user(good, List.of(new IdMapping(4294967295L, 0, 2)))));
    }

    @Test
    void modesThatMakeNoSenseAreRefused() {
        refused(with(
                Map.of(),
                new PodNamespaceModes(
                        NamespaceMode.CONTAINER,
                        NamespaceMode.POD,
                        NamespaceMode.POD,
                        "",
                        NamespaceMode.NODE,
                        List.of(),
                        List.of())));
        refused(with(
                Map.of(),
                new PodNamespaceModes(
                        NamespaceMode.POD,
                        NamespaceMode.TARGET,
                        NamespaceMode.POD,
                        "x",
                        NamespaceMode.NODE,
                        List.of(),
                        List.of())));
        refused(with(
                Map.of(),
                new PodNamespaceModes(
                        NamespaceMode.POD,
                        NamespaceMode.POD,
                        NamespaceMode.POD,
                        "",
                        NamespaceMode.NODE,
                        List.of(new IdMapping(1, 0, 1)),
                        List.of())));
    }
}
