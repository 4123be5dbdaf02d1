package io.crij.server.nri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.spec.Device;
import io.crij.oci.spec.DeviceType;
import io.crij.oci.spec.IoPriority;
import io.crij.oci.spec.MemoryPolicy;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Rlimit;
import io.crij.oci.spec.Scheduler;
import io.crij.oci.spec.Seccomp;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;
import io.crij.server.nri.proto.CDIDevice;
import io.crij.server.nri.proto.Container;
import io.crij.server.nri.proto.ContainerAdjustment;
import io.crij.server.nri.proto.Hook;
import io.crij.server.nri.proto.Hooks;
import io.crij.server.nri.proto.IOPrioClass;
import io.crij.server.nri.proto.KeyValue;
import io.crij.server.nri.proto.LinuxContainerAdjustment;
import io.crij.server.nri.proto.LinuxDevice;
import io.crij.server.nri.proto.LinuxIOPriority;
import io.crij.server.nri.proto.LinuxMemoryPolicy;
import io.crij.server.nri.proto.LinuxNamespace;
import io.crij.server.nri.proto.LinuxNetDevice;
import io.crij.server.nri.proto.LinuxRdt;
import io.crij.server.nri.proto.LinuxScheduler;
import io.crij.server.nri.proto.LinuxSchedulerPolicy;
import io.crij.server.nri.proto.LinuxSeccomp;
import io.crij.server.nri.proto.LinuxSyscall;
import io.crij.server.nri.proto.MpolMode;
import io.crij.server.nri.proto.POSIXRlimit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpecChangesTest {
    private static final Spec SPEC = Spec.EMPTY.with(s -> {
        s.process = Process.EMPTY.with(p -> {
            p.args = List.of("sleep", "1");
            p.env = List.of("PATH=/bin", "HOME=/");
            p.rlimits = List.of(new Rlimit(Rlimit.Type.RLIMIT_NOFILE, 1, 2));
        });
        s.annotations = Map.of("a", "1", "b", "2");
        s.mounts = List.of(Mount.of("proc", "proc", "/proc"), Mount.bind("/old", "/data/deep"));
        s.linux = s.linux.with(l -> {
            l.namespaces = List.of(Namespace.create(Namespace.Type.PID), Namespace.create(Namespace.Type.IPC));
            l.sysctl = Map.of("kernel.x", "1");
            l.devices = List.of(new Device(DeviceType.CHARACTER, "/dev/null", 1, 3, null, null, null));
        });
    });

    @TempDir
    Path folder;

    private Spec apply(ContainerAdjustment wanted) throws SandboxException {
        var adjustments = new Adjustments(Container.newBuilder().setId("c1").build());
        adjustments.add("10-a", wanted);
        return new SpecChanges(List.of(folder), adjustments.result(), adjustments.owners()).applyTo(SPEC);
    }

    private Spec linux(LinuxContainerAdjustment.Builder wanted) throws SandboxException {
        return apply(ContainerAdjustment.newBuilder().setLinux(wanted).build());
    }

    private String refusal(LinuxContainerAdjustment.Builder wanted) {
        return String.valueOf(
                assertThrows(SandboxException.class, () -> linux(wanted)).getMessage());
    }

    private static Process process(Spec spec) {
        return Objects.requireNonNull(spec.process());
    }

    @Test
    void nothingWantedChangesNothing() throws Exception {
        assertEquals(SPEC, apply(ContainerAdjustment.getDefaultInstance()));
    }

    @Test
    void environmentCommandAnnotationsAndRlimits() throws Exception {
        var spec = apply(ContainerAdjustment.newBuilder()
                .addEnv(KeyValue.newBuilder().setKey("PATH").setValue("/sbin"))
                .addEnv(KeyValue.newBuilder().setKey("-HOME"))
                .addEnv(KeyValue.newBuilder().setKey("NEW").setValue("a=b"))
                .addArgs("true")
                .putAnnotations("a", "9")
                .putAnnotations("-b", "")
                .addRlimits(POSIXRlimit.newBuilder()
                        .setType("RLIMIT_NOFILE")
                        .setSoft(5)
                        .setHard(6))
                .addRlimits(POSIXRlimit.newBuilder()
                        .setType("RLIMIT_CORE")
                        .setSoft(0)
                        .setHard(-1))
                .build());
        assertEquals(List.of("PATH=/sbin", "NEW=a=b"), process(spec).env());
        assertEquals(List.of("true"), process(spec).args());
        assertEquals(Map.of("a", "9"), spec.annotations());
        assertEquals(
                List.of(
                        new Rlimit(Rlimit.Type.RLIMIT_NOFILE, 5, 6),
                        new Rlimit(Rlimit.Type.RLIMIT_CORE, 0, Rlimit.INFINITY)),
                process(spec).rlimits());
    }

    @Test
    void unknownRlimitIsRefusedWithThePluginsName() {
        var failure = assertThrows(
                SandboxException.Refused.class,
                () -> apply(ContainerAdjustment.newBuilder()
                        .addRlimits(POSIXRlimit.newBuilder().setType("RLIMIT_LUCK"))
                        .build()));
        assertTrue(failure.getMessage().contains("10-a wants the rlimit \"RLIMIT_LUCK\""), failure.getMessage());
    }

    @Test
    void mountsAreReplacedAddedAndSortedByDepth() throws Exception {
        var spec = apply(ContainerAdjustment.newBuilder()
                .addMounts(io.crij.server.nri.proto.Mount.newBuilder()
                        .setDestination("/data")
                        .setType("bind")
                        .setSource("/src")
                        .addOptions("rslave"))
                .addMounts(io.crij.server.nri.proto.Mount.newBuilder().setDestination("-/proc"))
                .build());
        assertEquals(
                List.of("/data", "/data/deep"),
                spec.mounts().stream().map(Mount::destination).toList());
        assertEquals(List.of("rbind", "rslave"), spec.mounts().getFirst().options());
        assertEquals("rslave", spec.linux().rootfsPropagation());
    }

    @Test
    void mountOverTheRootIsRefused() {
        var failure = assertThrows(
                SandboxException.Refused.class,
                () -> apply(ContainerAdjustment.newBuilder()
                        .addMounts(io.crij.server.nri.proto.Mount.newBuilder()
                                .setDestination("/x/..")
                                .setType("tmpfs"))
                        .build()));
        assertTrue(failure.getMessage().contains("10-a"), failure.getMessage());
    }

    @Test
    void hooksAreAdded() throws Exception {
        var spec = apply(ContainerAdjustment.newBuilder()
                .setHooks(Hooks.newBuilder()
                        .addPoststop(
                                Hook.newBuilder().setPath("/bin/h").addArgs("h").setTimeout(Optionals.ofInt(7))))
                .build());
        var hook = spec.hooks().poststop().getFirst();
        assertEquals("/bin/h", hook.path());
        assertEquals(7, hook.timeout());
    }

    @Test
    void devicesComeWithTheirRule() throws Exception {
        var spec = linux(LinuxContainerAdjustment.newBuilder()
                .addDevices(LinuxDevice.newBuilder()
                        .setPath("/dev/x")
                        .setType("b")
                        .setMajor(8)
                        .setMinor(1))
                .addDevices(LinuxDevice.newBuilder().setPath("-/dev/null")));
        assertEquals(
                List.of("/dev/x"),
                spec.linux().devices().stream().map(Device::path).toList());
        var rule = spec.linux().resources().devices().getLast();
        assertEquals(DeviceType.BLOCK, rule.type());
        assertEquals(8, rule.major());
        assertTrue(refusal(LinuxContainerAdjustment.newBuilder()
                        .addDevices(LinuxDevice.newBuilder().setPath("/dev/x").setType("z")))
                .contains("10-a"));
    }

    @Test
    void kernelPartsAreAsWanted() throws Exception {
        var spec = linux(LinuxContainerAdjustment.newBuilder()
                .setOomScoreAdj(Optionals.ofInt(-5))
                .setIoPriority(LinuxIOPriority.newBuilder()
                        .setClass_(IOPrioClass.IOPRIO_CLASS_BE)
                        .setPriority(3))
                .setScheduler(LinuxScheduler.newBuilder()
                        .setPolicy(LinuxSchedulerPolicy.SCHED_BATCH)
                        .setNice(4))
                .setMemoryPolicy(LinuxMemoryPolicy.newBuilder()
                        .setMode(MpolMode.MPOL_BIND)
                        .setNodes("0"))
                .addNamespaces(LinuxNamespace.newBuilder().setType("-ipc"))
                .addNamespaces(LinuxNamespace.newBuilder().setType("pid").setPath("/proc/1/ns/pid"))
                .putSysctl("-kernel.x", "")
                .putSysctl("net.y", "2")
                .putNetDevices(
                        "eth9", LinuxNetDevice.newBuilder().setName("in0").build())
                .setCgroupsPath("/elsewhere/c1"));
        var linux = spec.linux();
        assertEquals(-5, process(spec).oomScoreAdj());
        assertEquals(
                new IoPriority(IoPriority.IoClass.IOPRIO_CLASS_BE, 3),
                process(spec).ioPriority());
        assertEquals(
                Scheduler.Policy.SCHED_BATCH,
                Objects.requireNonNull(process(spec).scheduler()).policy());
        assertEquals(
                MemoryPolicy.Mode.MPOL_BIND,
                Objects.requireNonNull(linux.memoryPolicy()).mode());
        assertEquals(List.of(Namespace.join(Namespace.Type.PID, "/proc/1/ns/pid")), linux.namespaces());
        assertEquals(Map.of("net.y", "2"), linux.sysctl());
        assertEquals("in0", linux.netDevices().get("eth9").name());
        assertEquals("/elsewhere/c1", linux.cgroupsPath());
    }

    @Test
    void seccompFilterIsReplaced() throws Exception {
        var filter = LinuxSeccomp.newBuilder()
                .setDefaultAction("SCMP_ACT_ALLOW")
                .addSyscalls(LinuxSyscall.newBuilder().addNames("mkdir").setAction("SCMP_ACT_ERRNO"))
                .build();
        var spec = linux(LinuxContainerAdjustment.newBuilder().setSeccompPolicy(filter));
        var seccomp = Objects.requireNonNull(spec.linux().seccomp());
        assertEquals(Seccomp.Action.SCMP_ACT_ALLOW, seccomp.defaultAction());
        assertNull(seccomp.syscalls().getFirst().errnoRet());
        assertEquals(filter, SeccompMessage.of(seccomp));
        assertTrue(refusal(LinuxContainerAdjustment.newBuilder()
                        .setSeccompPolicy(LinuxSeccomp.newBuilder().setDefaultAction("SCMP_ACT_DANCE")))
                .contains("10-a wants a seccomp filter with \"SCMP_ACT_DANCE\""));
    }

    @Test
    void whatTheExecutorCannotDoIsRefusedByName() {
        assertTrue(refusal(LinuxContainerAdjustment.newBuilder()
                        .setRdt(LinuxRdt.newBuilder().setEnableMonitoring(Optionals.of(true))))
                .contains("10-a wants a class of service of Intel RDT"));
        assertTrue(refusal(LinuxContainerAdjustment.newBuilder()
                        .addNamespaces(LinuxNamespace.newBuilder().setType("space")))
                .contains("10-a wants a namespace of type \"space\""));
        assertTrue(refusal(LinuxContainerAdjustment.newBuilder().setCgroupsPath("system.slice:crij:"))
                .contains("10-a wants the cgroup"));
        assertTrue(refusal(LinuxContainerAdjustment.newBuilder().setCgroupsPath("/a/../../b"))
                .contains("10-a wants the cgroup"));
        assertTrue(refusal(LinuxContainerAdjustment.newBuilder().setOomScoreAdj(Optionals.ofInt(2000)))
                .contains("10-a wants the oom_score_adj 2000"));
    }

    @Test
    void cdiDevicesAreResolvedHere() throws Exception {
        Files.writeString(folder.resolve("v.json"), """
                { "cdiVersion": "0.6.0", "kind": "vendor.com/net", "devices": [
                  { "name": "one", "containerEdits": { "env": ["CDI=one"] } } ] }
                """);
        var spec = apply(ContainerAdjustment.newBuilder()
                .addCDIDevices(CDIDevice.newBuilder().setName("vendor.com/net=one"))
                .build());
        assertTrue(process(spec).env().contains("CDI=one"), process(spec).env().toString());
    }
}
