package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.crij.linux.OverlayLayers;
import io.crij.linux.systemd.Systemd;
import io.crij.oci.cgroup.CgroupHost;
import io.crij.oci.cgroup.CgroupLayout;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.spec.Linux.IntelRdt;
import io.crij.oci.spec.Linux.NetDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What this host or this runtime does not have is said before anything is made.
class HostLacksTest extends ContainerTest {
    @Test
    void labelsWithoutTheirModuleAreRefused() {
        assumeFalse(Files.exists(Path.of("/sys/kernel/security/apparmor")), "has AppArmor");
        assumeFalse(Files.exists(Path.of("/sys/fs/selinux/enforce")), "has SELinux");
        var profile = assertThrows(
                Unsupported.class, () -> box.run("profile", process(p -> p.apparmorProfile = "strict"), "true"));
        assertTrue(profile.getMessage().startsWith("process.apparmorProfile: strict: this kernel has no AppArmor"));
        var label = assertThrows(
                Unsupported.class, () -> box.run("label", process(p -> p.selinuxLabel = "a:b:c:s0"), "true"));
        assertTrue(label.getMessage().startsWith("process.selinuxLabel: a:b:c:s0: this kernel has no SELinux"));
        var mounts =
                assertThrows(Unsupported.class, () -> box.run("mounts", linux(l -> l.mountLabel = "a:b:c:s0"), "true"));
        assertTrue(mounts.getMessage().startsWith("linux.mountLabel"));
    }

    @Test
    void profileNamedUnconfinedNeedsNoModule() throws Exception {
        assumeFalse(Files.exists(Path.of("/sys/kernel/security/apparmor")), "has AppArmor");
        assertEquals(
                0,
                box.run("unconfined", process(p -> p.apparmorProfile = "unconfined"), "true")
                        .code());
    }

    @Test
    void execIsCheckedToo() throws Exception {
        assumeFalse(Files.exists(Path.of("/sys/kernel/security/apparmor")), "has AppArmor");
        String id = box.id("exec");
        box.create(id, box.spec(id, "sleep", "1000"));
        var strict = Box.process("true").with(p -> p.apparmorProfile = "strict");
        assertThrows(Unsupported.class, () -> box.exec(id, strict));
    }

    @Test
    void commandLeavesLabelsOutWithAWarning() throws Exception {
        assumeFalse(Files.exists(Path.of("/sys/kernel/security/apparmor")), "has AppArmor");
        String id = box.id("lenient");
        var spec = process(p -> p.apparmorProfile = "strict").apply(box.spec(id, "true"));
        try (var lenient = new BuiltinRuntime(
                box.folder.resolve("lenient"),
                CgroupLayout.WITH_SHIM,
                OverlayLayers::ofThisKernel,
                Labels.Policy.WHERE_PRESENT)) {
            var request =
                    new CreateRequest(id, box.folder, spec, new Rootfs.Directory(box.rootfs), new Stdio.Pipes(false));
            try (Shim shim = lenient.create(request)) {
                lenient.start(id);
                assertEquals(0, Box.await(shim).code());
                shim.release();
                lenient.delete(id, true);
            }
        }
    }

    @Test
    void whatIsNotDoneIsRefused() {
        var rdt = assertThrows(
                Unsupported.class,
                () -> box.run(
                        "rdt", linux(l -> l.intelRdt = new IntelRdt("class", List.of(), null, null, false)), "true"));
        assertTrue(rdt.getMessage().startsWith("linux.intelRdt"), rdt.getMessage());
        var device = linux(l -> l.netDevices = Map.of("no-such0", new NetDevice("eth0")));
        var e = assertThrows(OciException.class, () -> box.run("device", device, "true"));
        assertTrue(e.getMessage().contains("no-such0"), e.getMessage());
    }

    @Test
    void aScopeWithoutSystemdIsRefusedBeforeAnythingIsMade() throws Exception {
        assumeFalse(Systemd.booted() && CgroupHost.read().pure(), "has systemd and cgroup version 2");
        var refused = assertThrows(
                Unsupported.class, () -> box.run("scope", linux(l -> l.cgroupsPath = "system.slice:crij:box"), "true"));
        assertTrue(refused.getMessage().startsWith("linux.cgroupsPath: system.slice:crij:box"), refused.getMessage());
        assertTrue(refused.getMessage().contains("systemd"), refused.getMessage());
    }
}
