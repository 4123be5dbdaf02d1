package io.crij.server.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.crij.cri.v1.CDIDevice;
import io.crij.cri.v1.Capability;
import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.Device;
import io.crij.cri.v1.HugepageLimit;
import io.crij.cri.v1.KeyValue;
import io.crij.cri.v1.LinuxContainerResources;
import io.crij.cri.v1.NamespaceOption;
import io.crij.cri.v1.SecurityProfile;
import io.crij.linux.KernelString;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Namespace.Type;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Seccomp;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.NamespaceMode;
import io.crij.sandbox.SandboxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartsTest {
    @TempDir
    Path folder;

    // command

    @Test
    void commandReplacesEntrypointAndArguments() throws Exception {
        assertEquals(List.of("/cmd"), process(c -> c.addCommand("/cmd")).args());
        assertEquals(
                List.of("/cmd", "a"),
                process(c -> c.addCommand("/cmd").addArgs("a")).args());
        assertEquals(List.of("/entry", "a"), process(c -> c.addArgs("a")).args());
        assertEquals(List.of("/entry", "default", "args"), process(_ -> {}).args());
    }

    @Test
    void relativeFolderStartsAtTheRoot() throws Exception {
        assertEquals("/a/b", process(c -> c.setWorkingDir("a//b/")).cwd());
        assertEquals("/work", process(_ -> {}).cwd());
    }

    // environment

    @Test
    void requestBeatsImageBeatsConfiguration() throws Exception {
        var env = process(c -> c.addEnvs(variable("FROM_IMAGE", "2")).setTty(true))
                .env();
        assertTrue(env.containsAll(List.of("PATH=/bin", "FROM_IMAGE=2", "HOSTNAME=web-0", "TERM=xterm", "HOME=/root")));
        assertFalse(env.contains("FROM_IMAGE=1"));
    }

    @Test
    void valueThatIsNoUtf8KeepsItsBytes() throws Exception {
        var bytes = new byte[] {'a', (byte) 0xFF, 'b'};
        var env = process(c -> c.addEnvs(KeyValue.newBuilder().setKey("X").setValue(ByteString.copyFrom(bytes))))
                .env();
        var line = env.stream().filter(l -> l.startsWith("X=")).findFirst().orElseThrow();
        org.junit.jupiter.api.Assertions.assertArrayEquals(
                new byte[] {'X', '=', 'a', (byte) 0xFF, 'b'}, KernelString.encode(line));
    }

    @Test
    void badVariablesAreRefused() {
        refused("config.envs", c -> c.addEnvs(variable("", "x")));
        refused("config.envs", c -> c.addEnvs(variable("A=B", "x")));
        refused("config.envs", c -> c.addEnvs(variable("A", "x\0y")));
    }

    // capabilities

    @Test
    void defaultsPlusAddedMinusDropped() throws Exception {
        var sets = capabilities(c -> c.addAddCapabilities("sys_time").addDropCapabilities("CAP_CHOWN"));
        assertTrue(sets.bounding().contains("CAP_SYS_TIME"));
        assertFalse(sets.bounding().contains("CAP_CHOWN"));
        assertEquals(9, sets.bounding().size());
        assertEquals(List.of(), sets.inheritable());
        assertEquals(List.of(), sets.ambient());
        assertEquals(sets.bounding(), sets.effective());
        assertEquals(sets.bounding(), sets.permitted());
    }

    @Test
    void allAndThenSome() throws Exception {
        int every = io.crij.oci.spec.Capability.values().length;
        assertEquals(
                every, capabilities(c -> c.addAddCapabilities("ALL")).bounding().size());
        assertEquals(
                every - 1,
                capabilities(c -> c.addAddCapabilities("all").addDropCapabilities("KILL"))
                        .bounding()
                        .size());
        assertEquals(List.of(), capabilities(c -> c.addDropCapabilities("ALL")).bounding());
        assertEquals(
                List.of("CAP_KILL"),
                capabilities(c -> c.addDropCapabilities("ALL").addAddCapabilities("KILL"))
                        .bounding());
    }

    @Test
    void ambientOnesAreInheritable() throws Exception {
        var sets = capabilities(c -> c.addAddAmbientCapabilities("NET_RAW"));
        assertEquals(List.of("CAP_NET_RAW"), sets.ambient());
        assertEquals(List.of("CAP_NET_RAW"), sets.inheritable());
        assertTrue(sets.permitted().contains("CAP_NET_RAW"));
    }

    @Test
    void unknownCapabilityIsRefused() {
        var failure =
                assertThrows(SandboxException.Invalid.class, () -> capabilities(c -> c.addAddCapabilities("FLY")));
        assertEquals("config.linux.security_context.capabilities.add_capabilities", failure.field());
    }

    @Test
    void privilegedSeesAll() throws Exception {
        var request = Requests.secured(s -> s.setPrivileged(true)
                .addMaskedPaths("/proc/kcore")
                .addReadonlyPaths("/proc/sys")
                .setSeccomp(SecurityProfile.newBuilder()));
        var spec = new ContainerSpec().make(Requests.wanted(request, Requests.privilegedPod(), Requests.HOST));
        assertEquals(List.of(), spec.linux().maskedPaths());
        assertEquals(List.of(), spec.linux().readonlyPaths());
        assertNull(spec.linux().seccomp());
        assertTrue(spec.linux().resources().devices().getFirst().allow());
        assertTrue(mount(spec, "/sys").options().contains("rw"));
        assertTrue(mount(spec, "/sys/fs/cgroup").options().contains("rw"));
        assertTrue(spec.linux().namespace(Type.CGROUP).isEmpty());
        assertTrue(spec.linux().devices().stream().noneMatch(d -> d.path().startsWith("/dev/pts/")));
    }

    @Test
    void podThatIsNotPrivilegedHasNoPrivilegedContainer() {
        var failure = assertThrows(
                SandboxException.Invalid.class, () -> Requests.spec(Requests.secured(s -> s.setPrivileged(true))));
        assertEquals("config.linux.security_context.privileged", failure.field());
    }

    // CDI

    @Test
    void namesOfDevicesAreCheckedBeforeAnythingIsLookedFor() {
        refused(
                "config.CDI_devices.name",
                c -> c.addCDIDevices(CDIDevice.newBuilder().setName("gpu")));
        refused("config.annotations[cdi.k8s.io/x]", c -> c.putAnnotations("cdi.k8s.io/x", "a/b=c,d"));
    }

    // seccomp

    @Test
    void withoutAProfileThereIsNoFilter() throws Exception {
        assertNull(Requests.spec(Requests.plain(_ -> {})).linux().seccomp());
    }

    @Test
    void runtimeDefaultIsTheBuiltInOne() throws Exception {
        var filter = seccomp(SecurityProfile.newBuilder());
        assertEquals(Seccomp.Action.SCMP_ACT_ERRNO, filter.defaultAction());
        assertTrue(filter.syscalls().stream().anyMatch(rule -> rule.names().contains("read")));
    }

    @Test
    void localhostProfileIsReadFromTheNode() throws Exception {
        var file = Files.writeString(folder.resolve("p.json"), """
            {"defaultAction": "SCMP_ACT_ALLOW",
             "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]},
                         {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"]}],
             "syscalls": [
               {"name": "sethostname", "action": "SCMP_ACT_ERRNO", "errnoRet": 13},
               {"names": ["mount"], "action": "SCMP_ACT_ERRNO", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
               {"names": ["chown"], "action": "SCMP_ACT_ERRNO", "excludes": {"caps": ["CAP_CHOWN"]}},
               {"names": ["clone"], "action": "SCMP_ACT_KILL",
                "args": [{"index": 0, "value": 18446744073709551615, "valueTwo": 1, "op": "SCMP_CMP_MASKED_EQ"}]}
             ]}\
            """);
        var filter = seccomp(localhost(file.toString()));
        assertEquals(
                List.of(List.of("sethostname"), List.of("clone")),
                filter.syscalls().stream().map(Seccomp.Rule::names).toList());
        assertEquals(13, filter.syscalls().getFirst().errnoRet());
        assertEquals(-1, filter.syscalls().getLast().args().getFirst().value());
        assertEquals(2, filter.architectures().size());
    }

    @Test
    void badProfilesAreRefused() throws Exception {
        var notJson = Files.writeString(folder.resolve("a.json"), "{");
        var notAProfile = Files.writeString(folder.resolve("b.json"), "{\"defaultAction\": \"SCMP_ACT_MAYBE\"}");
        for (var reference : List.of("", "relative", folder + "/absent", notJson.toString(), notAProfile.toString())) {
            assertThrows(SandboxException.Invalid.class, () -> seccomp(localhost(reference)), reference);
        }
    }

    @Test
    @SuppressWarnings("deprecation")
    void deprecatedStringMeansTheSame() throws Exception {
        assertNotNull(Requests.spec(Requests.secured(s -> s.setSeccompProfilePath("runtime/default")))
                .linux()
                .seccomp());
        assertNull(Requests.spec(Requests.secured(s -> s.setSeccompProfilePath("unconfined")))
                .linux()
                .seccomp());
        assertThrows(
                SandboxException.Invalid.class,
                () -> Requests.spec(Requests.secured(s -> s.setSeccompProfilePath("other"))));
    }

    // labels

    @Test
    void appArmorProfileNeedsAppArmor() {
        var failure = assertThrows(
                SandboxException.Unsupported.class,
                () -> Requests.spec(Requests.secured(s -> s.setApparmor(localhost("mine")))));
        assertTrue(failure.getMessage().contains("AppArmor is not enabled on this node"));
        assertThrows(
                SandboxException.Invalid.class,
                () -> Requests.spec(Requests.secured(s -> s.setApparmor(localhost("")))));
    }

    // namespaces

    @Test
    void namespacesOfThePodAreJoined() throws Exception {
        var linux = Requests.spec(Requests.plain(_ -> {})).linux();
        assertEquals("/run/netns/crij-p0d", path(linux.namespace(Type.NETWORK).orElseThrow()));
        assertEquals("/run/crij/ns/p0d/ipc", path(linux.namespace(Type.IPC).orElseThrow()));
        assertEquals("/proc/42/ns/pid", path(linux.namespace(Type.PID).orElseThrow()));
        assertTrue(linux.creates(Type.MOUNT));
        assertTrue(linux.creates(Type.CGROUP));
        assertTrue(linux.namespace(Type.USER).isEmpty());
    }

    @Test
    void pidModeIsTheContainersOwn() throws Exception {
        assertTrue(pid(io.crij.cri.v1.NamespaceMode.CONTAINER).linux().creates(Type.PID));
        assertTrue(pid(io.crij.cri.v1.NamespaceMode.NODE)
                .linux()
                .namespace(Type.PID)
                .isEmpty());
        assertThrows(SandboxException.Invalid.class, () -> pid(io.crij.cri.v1.NamespaceMode.TARGET));
    }

    @Test
    void sharedPidOfAPodThatHasNoneIsRefused() {
        var pod = Requests.pod(Requests.modes(NamespaceMode.POD, NamespaceMode.CONTAINER, NamespaceMode.POD, false));
        var request = Requests.secured(
                s -> s.setNamespaceOptions(NamespaceOption.newBuilder().setPid(io.crij.cri.v1.NamespaceMode.POD)));
        assertThrows(
                SandboxException.Invalid.class,
                () -> new ContainerSpec().make(Requests.wanted(request, pod, Requests.HOST)));
    }

    @Test
    void userNamespaceOnTheHostNetworkSeesTheHostsSys() throws Exception {
        var pod = Requests.pod(Requests.modes(NamespaceMode.NODE, NamespaceMode.POD, NamespaceMode.NODE, true));
        var spec = new ContainerSpec().make(Requests.wanted(Requests.plain(_ -> {}), pod, Requests.HOST));
        assertTrue(mount(spec, "/sys").options().contains("rro"));
        assertEquals("/dev/mqueue", mount(spec, "/dev/mqueue").source());
        assertEquals("/dev/shm", mount(spec, "/dev/shm").source());
        assertEquals(100_000, spec.linux().uidMappings().getFirst().hostID());
    }

    // resources

    @Test
    void memoryLimitLeavesNoSwap() throws Exception {
        var memory = resources(r -> r.setMemoryLimitInBytes(64 << 20)).memory();
        assertEquals(64L << 20, memory.limit());
        assertEquals(64L << 20, memory.swap());
        assertEquals(
                100L << 20,
                resources(r -> r.setMemoryLimitInBytes(64 << 20).setMemorySwapLimitInBytes(100 << 20))
                        .memory()
                        .swap());
    }

    @Test
    void wrongLimitsAreRefused() {
        refusedLimit("memory_limit_in_bytes", r -> r.setMemoryLimitInBytes(1000));
        refusedLimit("memory_limit_in_bytes", r -> r.setMemoryLimitInBytes(-2));
        refusedLimit(
                "memory_swap_limit_in_bytes",
                r -> r.setMemoryLimitInBytes(2 << 20).setMemorySwapLimitInBytes(1 << 20));
        refusedLimit("cpu_shares", r -> r.setCpuShares(-1));
        refusedLimit("cpu_period", r -> r.setCpuPeriod(-1));
        refusedLimit("cpu_quota", r -> r.setCpuQuota(-2));
        refusedLimit("oom_score_adj", r -> r.setOomScoreAdj(1001));
        refusedLimit("unified", r -> r.putUnified("../../x", "1"));
        refusedLimit(
                "hugepage_limits.page_size",
                r -> r.addHugepageLimits(
                        HugepageLimit.newBuilder().setPageSize("big").setLimit(1)));
    }

    @Test
    void hugePagesWithoutTheirControllerAreRefusedUnlessZero() throws Exception {
        var pod = Requests.pod(Requests.modes(NamespaceMode.POD, NamespaceMode.POD, NamespaceMode.POD, false));
        var none = Requests.limited(r -> r.addHugepageLimits(
                HugepageLimit.newBuilder().setPageSize("2MB").setLimit(0)));
        assertEquals(
                List.of(),
                new ContainerSpec()
                        .make(Requests.wanted(none, pod, Requests.OLD_HOST))
                        .linux()
                        .resources()
                        .hugepageLimits());
        var some = Requests.limited(r -> r.addHugepageLimits(
                HugepageLimit.newBuilder().setPageSize("2MB").setLimit(1 << 21)));
        assertThrows(
                SandboxException.Unsupported.class,
                () -> new ContainerSpec().make(Requests.wanted(some, pod, Requests.OLD_HOST)));
        var unified = Requests.limited(r -> r.putUnified("memory.high", "1"));
        assertThrows(
                SandboxException.Unsupported.class,
                () -> new ContainerSpec().make(Requests.wanted(unified, pod, Requests.OLD_HOST)));
    }

    // devices

    @Test
    void deviceOfTheRequestIsMadeAndAllowed() throws Exception {
        var spec = Requests.spec(Requests.plain(c -> c.addDevices(Device.newBuilder()
                .setHostPath("/dev/null")
                .setContainerPath("/dev/nothing")
                .setPermissions("rw"))));
        var device = spec.linux().devices().getFirst();
        assertEquals("/dev/nothing", device.path());
        assertEquals(1, device.major());
        assertEquals(3, device.minor());
        var rules = spec.linux().resources().devices();
        assertFalse(rules.getFirst().allow());
        assertEquals("rw", rules.getLast().access());
    }

    @Test
    void badDevicesAreRefused() {
        refused(
                "config.devices.host_path",
                c -> c.addDevices(Device.newBuilder().setHostPath("/dev/absent")));
        refused(
                "config.devices.host_path",
                c -> c.addDevices(Device.newBuilder().setHostPath("/etc/passwd")));
        refused(
                "config.devices.permissions",
                c -> c.addDevices(Device.newBuilder().setHostPath("/dev/null").setPermissions("x")));
    }

    private static Process process(Consumer<ContainerConfig.Builder> change) throws SandboxException {
        return Objects.requireNonNull(Requests.spec(Requests.plain(change)).process());
    }

    private static io.crij.oci.spec.Capabilities capabilities(Consumer<Capability.Builder> change)
            throws SandboxException {
        var wanted = Capability.newBuilder();
        change.accept(wanted);
        var spec = Requests.spec(Requests.secured(s -> s.setCapabilities(wanted)));
        return Objects.requireNonNull(Objects.requireNonNull(spec.process()).capabilities());
    }

    private static Seccomp seccomp(SecurityProfile.Builder profile) throws SandboxException {
        return Objects.requireNonNull(Requests.spec(Requests.secured(s -> s.setSeccomp(profile)))
                .linux()
                .seccomp());
    }

    private static SecurityProfile.Builder localhost(String reference) {
        return SecurityProfile.newBuilder()
                .setProfileType(SecurityProfile.ProfileType.Localhost)
                .setLocalhostRef(reference);
    }

    private static Spec pid(io.crij.cri.v1.NamespaceMode mode) throws SandboxException {
        return Requests.spec(Requests.secured(
                s -> s.setNamespaceOptions(NamespaceOption.newBuilder().setPid(mode))));
    }

    private static io.crij.oci.spec.LinuxResources resources(Consumer<LinuxContainerResources.Builder> change)
            throws SandboxException {
        return Requests.spec(Requests.limited(change)).linux().resources();
    }

    private static void refused(String field, Consumer<ContainerConfig.Builder> change) {
        var failure = assertThrows(SandboxException.Invalid.class, () -> Requests.spec(Requests.plain(change)));
        assertEquals(field, failure.field());
    }

    private static void refusedLimit(String field, Consumer<LinuxContainerResources.Builder> change) {
        var failure = assertThrows(SandboxException.Invalid.class, () -> Requests.spec(Requests.limited(change)));
        assertTrue(failure.field().endsWith("." + field), failure.field());
    }

    private static String path(Namespace namespace) {
        return Objects.requireNonNull(namespace.path());
    }

    private static io.crij.oci.spec.Mount mount(Spec spec, String destination) {
        return spec.mounts().stream()
                .filter(m -> m.destination().equals(destination))
                .findFirst()
                .orElseThrow();
    }

    private static KeyValue variable(String key, String value) {
        return KeyValue.newBuilder()
                .setKey(key)
                .setValue(ByteString.copyFromUtf8(value))
                .build();
    }
}
