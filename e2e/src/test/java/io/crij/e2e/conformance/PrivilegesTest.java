package io.crij.e2e.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.ImageSpec;
import io.crij.cri.v1.Int64Value;
import io.crij.cri.v1.LinuxContainerSecurityContext;
import io.crij.cri.v1.PodSandboxConfig;
import io.crij.cri.v1.SecurityProfile;
import io.crij.cri.v1.SecurityProfile.ProfileType;
import io.crij.cri.v1.SupplementalGroupsPolicy;
import io.crij.e2e.TestImage;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What a container may do: capabilities, system calls, groups, privileged ones.
@ExtendWith(SharedNode.class)
class PrivilegesTest {
    private static final String STATUS = "cat /proc/self/status";
    private static final String RENAME = "hostname renamed 2>/dev/null && hostname || echo refused";
    private static final int CHOWN = 0;
    private static final int NET_ADMIN = 12;
    private static final int SYS_ADMIN = 21;

    private static boolean has(String status, String set, int capability) {
        var line =
                status.lines().filter(l -> l.startsWith(set + ":")).findFirst().orElseThrow();
        return (Long.parseUnsignedLong(line.split("\\s+")[1], 16) >>> capability & 1) == 1;
    }

    private static Consumer<ContainerConfig.Builder> added(String capability) {
        return Lab.secured(s -> s.getCapabilitiesBuilder().addAddCapabilities(capability));
    }

    @Test
    void capabilitiesAreAddedAndDropped(Lab lab) {
        var pod = lab.pod("capabilities");
        var usual = pod.script("usual", _ -> {}, STATUS);
        assertTrue(has(usual, "CapEff", CHOWN) && has(usual, "CapBnd", CHOWN));
        assertFalse(has(usual, "CapEff", NET_ADMIN) || has(usual, "CapBnd", NET_ADMIN));
        assertTrue(usual.contains("CapInh:\t0000000000000000"), "inheritable ones survive an exec by any user");
        assertTrue(has(pod.script("added", added("NET_ADMIN"), STATUS), "CapEff", NET_ADMIN));
        assertTrue(has(pod.script("prefixed", added("CAP_NET_ADMIN"), STATUS), "CapEff", NET_ADMIN));
        var dropped = pod.script(
                "dropped", Lab.secured(s -> s.getCapabilitiesBuilder().addDropCapabilities("CHOWN")), STATUS);
        assertFalse(has(dropped, "CapEff", CHOWN) || has(dropped, "CapBnd", CHOWN));
        var all = pod.script("all", added("ALL"), STATUS);
        assertTrue(has(all, "CapEff", SYS_ADMIN) && has(all, "CapEff", NET_ADMIN), all);
        var but = pod.script(
                "but",
                Lab.secured(s ->
                        s.getCapabilitiesBuilder().addDropCapabilities("ALL").addAddCapabilities("CHOWN")),
                STATUS);
        assertTrue(but.contains("CapEff:\t0000000000000001"), but);
    }

    @Test
    void privilegesAreGainedUnlessForbidden(Lab lab) {
        var pod = lab.pod("gained");
        assertTrue(pod.script("no", Lab.secured(s -> s.setNoNewPrivs(true)), STATUS)
                .contains("NoNewPrivs:\t1"));
        assertTrue(pod.script("yes", Lab.secured(s -> s.setNoNewPrivs(false)), STATUS)
                .contains("NoNewPrivs:\t0"));
    }

    @Test
    void privilegedContainersSeeTheHost(Lab lab) {
        var pod = lab.pod("privileged", privilegedPod());
        var script = "mount -t tmpfs none /tmp 2>/dev/null && echo mounted || echo refused; ls /dev/kmsg 2>/dev/null;"
                + " touch /proc/sys/kernel/domainname 2>/dev/null && echo writable || echo read-only";
        assertEquals(
                "mounted\n/dev/kmsg\nwritable",
                pod.script("yes", Lab.secured(s -> s.setPrivileged(true).addReadonlyPaths("/proc/sys")), script));
        assertEquals("refused\nread-only", pod.script("no", Lab.secured(s -> s.addReadonlyPaths("/proc/sys")), script));
    }

    private static Consumer<PodSandboxConfig.Builder> privilegedPod() {
        return c -> c.getLinuxBuilder().getSecurityContextBuilder().setPrivileged(true);
    }

    @Test
    void systemCallsAreThoseOfTheProfile(Lab lab, @TempDir Path folder) throws Exception {
        var profile = Files.writeString(folder.resolve("no-hostname.json"), """
                {"defaultAction": "SCMP_ACT_ALLOW",
                 "syscalls": [{"names": ["sethostname"], "action": "SCMP_ACT_ERRNO"}]}
                """);
        var pod = lab.pod("seccomp", privilegedPod());
        var admin = added("SYS_ADMIN");
        assertEquals("refused", pod.script("localhost", admin.andThen(localhost(profile)), RENAME));
        assertEquals("renamed", pod.script("unconfined", admin.andThen(seccomp(ProfileType.Unconfined, "")), RENAME));
        assertEquals("renamed", pod.script("none", admin, RENAME));
        assertEquals(
                "renamed",
                pod.script("privileged", Lab.secured(s -> s.setPrivileged(true)).andThen(localhost(profile)), RENAME));
        assertTrue(pod.script("default", seccomp(ProfileType.RuntimeDefault, ""), STATUS)
                .contains("Seccomp:\t2"));
        assertTrue(pod.script("nothing", _ -> {}, STATUS).contains("Seccomp:\t0"));
    }

    @Test
    void profilesThatCannotBeAreRefused(Lab lab, @TempDir Path folder) throws Exception {
        var pod = lab.pod("bad-profiles");
        var invalid = Status.Code.INVALID_ARGUMENT;
        var broken = Files.writeString(folder.resolve("broken.json"), "{\"defaultAction\": ");
        Lab.refused(invalid, "broken.json", () -> pod.create("a", localhost(broken), "true"));
        Lab.refused(invalid, "localhost_ref", () -> pod.create("b", seccomp(ProfileType.Localhost, ""), "true"));
        Lab.refused(
                invalid,
                "profile_type",
                () -> pod.create(
                        "c",
                        Lab.secured(
                                s -> s.setSeccomp(SecurityProfile.newBuilder().setProfileTypeValue(42))),
                        "true"));
    }

    private static Consumer<ContainerConfig.Builder> localhost(Path profile) {
        return seccomp(ProfileType.Localhost, profile.toString());
    }

    private static Consumer<ContainerConfig.Builder> seccomp(ProfileType type, String reference) {
        return Lab.secured(s ->
                s.setSeccomp(SecurityProfile.newBuilder().setProfileType(type).setLocalhostRef(reference)));
    }

    @Test
    void groupsOfTheImageAreMergedOrNot(Lab lab) {
        var image = lab.node()
                .registry()
                .push(TestImage.busybox("e2e/groups:1")
                        .with("etc/group", "root:x:0:\nuser:x:1000:\nof-the-image:x:50000:user,other\n"));
        lab.pods().pull(image);
        var pod = lab.pod("groups");
        assertEquals("1000 50000 60000", groups(pod, "merge", image, SupplementalGroupsPolicy.Merge));
        assertEquals("1000 60000", groups(pod, "strict", image, SupplementalGroupsPolicy.Strict));
        var id = pod.create("told", with(image).andThen(user(SupplementalGroupsPolicy.Merge)), "true");
        assertEquals(
                java.util.List.of(1000L, 50_000L, 60_000L),
                lab.pods().status(id).getUser().getLinux().getSupplementalGroupsList().stream()
                        .sorted()
                        .toList());
    }

    private static String groups(Lab.Pod pod, String name, String image, SupplementalGroupsPolicy policy) {
        return pod.script(name, with(image).andThen(user(policy)), "echo $(id -G)");
    }

    private static Consumer<ContainerConfig.Builder> with(String image) {
        return c -> c.setImage(ImageSpec.newBuilder().setImage(image));
    }

    private static Consumer<ContainerConfig.Builder> user(SupplementalGroupsPolicy policy) {
        return Lab.secured((LinuxContainerSecurityContext.Builder s) -> s.setRunAsUser(
                        Int64Value.newBuilder().setValue(1000))
                .addSupplementalGroups(60_000)
                .setSupplementalGroupsPolicy(policy));
    }

    @Test
    void userOfTheImageIsTakenUnlessTheRequestNamesOne(Lab lab) {
        var image = lab.node().registry().push(TestImage.busybox("e2e/user:1").withUser("user"));
        lab.pods().pull(image);
        var pod = lab.pod("image-user");
        assertEquals("1000", pod.script("image", with(image), "id -u"));
        assertEquals(
                "0",
                pod.script(
                        "request",
                        with(image).andThen(Lab.secured(s -> s.setRunAsUser(Int64Value.getDefaultInstance()))),
                        "id -u"));
    }
}
