package io.crij.e2e.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.IDMapping;
import io.crij.cri.v1.Int64Value;
import io.crij.cri.v1.NamespaceMode;
import io.crij.cri.v1.NamespaceOption;
import io.crij.cri.v1.PodSandboxConfig;
import io.crij.cri.v1.SecurityProfile;
import io.crij.cri.v1.SupplementalGroupsPolicy;
import io.crij.cri.v1.UserNamespace;
import io.grpc.Status;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Users, groups, capabilities, namespaces, what a container may see.
@ExtendWith(SharedNode.class)
class SecurityTest {
    private static final Int64Value USER = number(1000);
    private static final Int64Value GROUP = number(2000);

    private static Int64Value number(long value) {
        return Int64Value.newBuilder().setValue(value).build();
    }

    @Test
    void userAndGroupsAreThoseOfTheRequest(Lab lab) {
        var pod = lab.pod("users");
        assertEquals(
                "1000 2000 2000 3000",
                pod.script(
                        "numbers",
                        Lab.secured(
                                s -> s.setRunAsUser(USER).setRunAsGroup(GROUP).addSupplementalGroups(3000)),
                        "echo $(id -u) $(id -g) $(id -G)"));
        assertEquals("1000", pod.script("name", Lab.secured(s -> s.setRunAsUsername("user")), "id -u"));
        var id = pod.create(
                "status",
                Lab.secured(s -> s.setRunAsUser(USER)
                        .addSupplementalGroups(3000)
                        .setSupplementalGroupsPolicy(SupplementalGroupsPolicy.Strict)),
                "true");
        var user = lab.pods().status(id).getUser().getLinux();
        assertEquals(1000, user.getUid());
        assertTrue(user.getSupplementalGroupsList().contains(3000L), user.toString());
    }

    @Test
    void usersThatCannotBeAreRefused(Lab lab) {
        var pod = lab.pod("bad-users");
        var invalid = Status.Code.INVALID_ARGUMENT;
        Lab.refused(invalid, "run_as_group", () -> pod.create("a", Lab.secured(s -> s.setRunAsGroup(GROUP)), "true"));
        Lab.refused(
                invalid,
                "nobody-knows",
                () -> pod.create("b", Lab.secured(s -> s.setRunAsUsername("nobody-knows")), "true"));
        Lab.refused(
                invalid, "run_as_user", () -> pod.create("c", Lab.secured(s -> s.setRunAsUser(number(-1))), "true"));
        Lab.refused(
                invalid,
                "supplemental_groups_policy",
                () -> pod.create("d", Lab.secured(s -> s.setSupplementalGroupsPolicyValue(9)), "true"));
        Lab.refused(
                invalid,
                "FLY",
                () -> pod.create(
                        "e", Lab.secured(s -> s.getCapabilitiesBuilder().addAddCapabilities("FLY")), "true"));
        Lab.refused(invalid, "privileged", () -> pod.create("f", Lab.secured(s -> s.setPrivileged(true)), "true"));
    }

    @Test
    void capabilitiesReachTheProcess(Lab lab) {
        var pod = lab.pod("capabilities");
        var none = Lab.secured(s -> s.getCapabilitiesBuilder().addDropCapabilities("ALL"));
        assertTrue(status(pod, "none", none).contains("CapEff:\t0000000000000000"));
        var ambient = Lab.secured(s -> {
            s.setRunAsUser(USER);
            s.getCapabilitiesBuilder().addDropCapabilities("ALL").addAddAmbientCapabilities("NET_BIND_SERVICE");
        });
        var lines = status(pod, "ambient", ambient);
        assertTrue(lines.contains("CapAmb:\t0000000000000400") && lines.contains("CapEff:\t0000000000000400"), lines);
        assertTrue(status(pod, "nnp", Lab.secured(s -> s.setNoNewPrivs(true))).contains("NoNewPrivs:\t1"));
        var filtered = Lab.secured(s -> s.setSeccomp(SecurityProfile.newBuilder()));
        assertTrue(status(pod, "seccomp", filtered).contains("Seccomp:\t2"));
        var free = Lab.secured(
                s -> s.setSeccomp(SecurityProfile.newBuilder().setProfileType(SecurityProfile.ProfileType.Unconfined)));
        assertTrue(status(pod, "unconfined", free).contains("Seccomp:\t0"));
        var absent = Lab.secured(s -> s.setSeccomp(SecurityProfile.newBuilder()
                .setProfileType(SecurityProfile.ProfileType.Localhost)
                .setLocalhostRef("/no/such/profile.json")));
        Lab.refused(Status.Code.INVALID_ARGUMENT, "/no/such/profile.json", () -> pod.create("absent", absent, "true"));
    }

    private static String status(Lab.Pod pod, String name, Consumer<io.crij.cri.v1.ContainerConfig.Builder> change) {
        return pod.script(name, change, "cat /proc/self/status");
    }

    @Test
    void pathsAreHiddenAndReadOnly(Lab lab) {
        var pod = lab.pod("paths");
        assertEquals(
                "0\nrefused",
                pod.script(
                        "masked",
                        Lab.secured(s -> s.addMaskedPaths("/etc/passwd").addReadonlyPaths("/tmp")),
                        "wc -c < /etc/passwd; touch /tmp/x 2>/dev/null || echo refused"));
        assertEquals(
                "refused",
                pod.script(
                        "readonly",
                        Lab.secured(s -> s.setReadonlyRootfs(true)),
                        "touch /x 2>/dev/null || echo refused"));
    }

    @Test
    void processesOfAPodAreSharedAsAsked(Lab lab) {
        var pod = lab.pod(
                "pids",
                c -> c.getLinuxBuilder()
                        .getSecurityContextBuilder()
                        .getNamespaceOptionsBuilder()
                        .setPid(NamespaceMode.POD));
        var first = pod.start("first", pid(NamespaceMode.POD, ""), "sleep", "4321");
        assertTrue(
                pod.script("second", pid(NamespaceMode.POD, ""), "ps -o args").contains("sleep 4321"));
        assertFalse(pod.script("alone", pid(NamespaceMode.CONTAINER, ""), "ps -o args")
                .contains("sleep 4321"));
        assertTrue(pod.script("guest", pid(NamespaceMode.TARGET, first), "ps -o args")
                .contains("sleep 4321"));
        Lab.refused(
                Status.Code.NOT_FOUND, "absent", () -> pod.create("lost", pid(NamespaceMode.TARGET, "absent"), "true"));
    }

    private static Consumer<io.crij.cri.v1.ContainerConfig.Builder> pid(NamespaceMode mode, String target) {
        return Lab.secured(s -> s.setNamespaceOptions(NamespaceOption.newBuilder()
                .setNetwork(NamespaceMode.NODE)
                .setPid(mode)
                .setTargetId(target)));
    }

    @ParameterizedTest
    @EnumSource(names = {"POD", "CONTAINER"})
    void rootOfAUserNamespaceIsNobodyOnTheHost(NamespaceMode pid, Lab lab) {
        var pod = lab.pod(
                "userns",
                NamespaceMode.POD,
                userNamespace(0, 200_000, 65_536)
                        .andThen(c -> c.getLinuxBuilder()
                                .getSecurityContextBuilder()
                                .getNamespaceOptionsBuilder()
                                .setPid(pid)));
        var output = pod.script(
                "main",
                Lab.secured(
                        s -> s.setNamespaceOptions(NamespaceOption.newBuilder().setPid(pid))),
                "id -u; head -1 /proc/self/uid_map; echo x > /new && stat -c %u /new /etc/passwd; hostname");
        var lines = output.lines().map(String::strip).toList();
        assertEquals(List.of("0", "0     200000      65536", "0", "0", "userns"), lines);
        var id = pod.start(
                "exec",
                Lab.secured(
                        s -> s.setNamespaceOptions(NamespaceOption.newBuilder().setPid(pid))),
                "sleep",
                "100");
        assertEquals("0\n", lab.pods().exec(id, "id", "-u").getStdout().toStringUtf8());
    }

    @Test
    void userNamespacesThatCannotBeAreRefused(Lab lab) {
        var invalid = Status.Code.INVALID_ARGUMENT;
        Lab.refused(invalid, "id 0", () -> lab.pod("no-root", userNamespace(1, 200_000, 65_536)));
        Lab.refused(invalid, "range", () -> lab.pod("empty", userNamespace(0, 200_000, 0)));
        Lab.refused(
                invalid, "lines", () -> lab.pod("two", userNamespace(0, 1, 1).andThen(userNamespace(5, 9, 1))));
    }

    private static Consumer<PodSandboxConfig.Builder> userNamespace(int inside, int outside, int length) {
        var line =
                IDMapping.newBuilder().setContainerId(inside).setHostId(outside).setLength(length);
        return c -> {
            var options = c.getLinuxBuilder().getSecurityContextBuilder().getNamespaceOptionsBuilder();
            var user = UserNamespace.newBuilder(options.getUsernsOptions()).setMode(NamespaceMode.POD);
            options.setUsernsOptions(user.addUids(line).addGids(line));
        };
    }
}
