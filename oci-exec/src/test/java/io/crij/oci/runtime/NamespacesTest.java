package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.spec.Linux.TimeOffset;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Namespace.Type;
import io.crij.oci.spec.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NamespacesTest extends ContainerTest {
    private static String of(Object pid, Type type) throws Exception {
        return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + type.file()))
                .toString();
    }

    private static UnaryOperator<Spec> without(Type type) {
        return both(
                linux(l -> l.namespaces.removeIf(n -> n.type() == type)),
                spec -> type == Type.UTS ? spec.with(s -> s.hostname = null) : spec);
    }

    private static UnaryOperator<Spec> with(Namespace namespace) {
        return both(
                linux(l -> l.namespaces.removeIf(n -> n.type() == namespace.type())),
                linux(l -> l.namespaces.add(namespace)));
    }

    private Shim sleeper(String name, UnaryOperator<Spec> change) throws Exception {
        String id = box.id(name);
        Shim shim = box.create(id, change.apply(box.spec(id, "sleep", "1000")));
        box.runtime.start(id);
        return shim;
    }

    @ParameterizedTest
    @EnumSource(
            value = Type.class,
            names = {"PID", "NETWORK", "IPC", "UTS", "CGROUP"})
    void newJoinedAndTheHosts(Type type) throws Exception {
        Shim first = sleeper("first", s -> s);
        assertNotEquals(of("self", type), of(first.pid(), type));
        var join = with(Namespace.join(type, "/proc/" + first.pid() + "/ns/" + type.file()));
        UnaryOperator<Spec> noName = spec -> type == Type.UTS ? spec.with(s -> s.hostname = null) : spec;
        Shim second = sleeper("second", both(join, noName));
        assertEquals(of(first.pid(), type), of(second.pid(), type));
        Shim third = sleeper("third", without(type));
        assertEquals(of("self", type), of(third.pid(), type));
    }

    @Test
    void mountNamespaceCanBeJoined() throws Exception {
        var holder = new ProcessBuilder("/bin/busybox", "unshare", "-m", "/bin/busybox", "sleep", "1000").start();
        try {
            while (of(holder.pid(), Type.MOUNT).equals(of("self", Type.MOUNT))) {
                assertTrue(holder.isAlive(), "unshare ended");
                Thread.onSpinWait();
            }
            var join = with(Namespace.join(Type.MOUNT, "/proc/" + holder.pid() + "/ns/mnt"));
            Shim shim = sleeper("joins", join);
            assertEquals(of(holder.pid(), Type.MOUNT), of(shim.pid(), Type.MOUNT));
            assertFalse(Files.readString(Path.of("/proc/self/mountinfo")).contains(box.rootfs.toString()));
        } finally {
            holder.destroyForcibly().waitFor();
        }
    }

    @Test
    void firstProcessHasPidOneAndLoopbackIsUp() throws Exception {
        assertEquals("1\n", sh(s -> s, "echo $$"));
        assertTrue(sh(s -> s, "ip addr show lo").contains("127.0.0.1"));
    }

    @Test
    void namesAreSetWhereTheNamespaceIsTheContainers() throws Exception {
        var names = (UnaryOperator<Spec>) spec -> spec.with(s -> {
            s.hostname = "inside";
            s.domainname = "example";
        });
        String out = sh(both(names, open()), "hostname; cat /proc/sys/kernel/domainname");
        assertEquals("inside\nexample\n", out);
        var e = assertThrows(
                InvalidSpec.class,
                () -> box.run("host", linux(l -> l.namespaces.removeIf(n -> n.type() == Type.UTS)), "true"));
        assertTrue(e.getMessage().startsWith("hostname: box: would rename the host"), e.getMessage());
    }

    @Test
    void execJoinsAllNamespaces() throws Exception {
        String id = box.id("exec");
        Shim shim = box.create(id, box.spec(id, "sleep", "1000"));
        box.runtime.start(id);
        var outcome = box.exec(
                id, Box.process("sh", "-c", "for n in pid net mnt ipc uts cgroup; do readlink /proc/self/ns/$n; done"));
        StringBuilder expected = new StringBuilder();
        for (String file : List.of("pid", "net", "mnt", "ipc", "uts", "cgroup")) {
            expected.append(Files.readSymbolicLink(Path.of("/proc/" + shim.pid() + "/ns/" + file)))
                    .append('\n');
        }
        assertEquals(new Box.Outcome(expected.toString(), "", 0), outcome);
    }

    @Test
    void clocksAreShiftedAndAnExecSeesTheSame() throws Exception {
        String id = box.id("time");
        var time = both(
                with(Namespace.create(Type.TIME)),
                linux(l -> l.timeOffsets = Map.of(
                        "boottime", new TimeOffset(1_000_000, 0), "monotonic", new TimeOffset(50, 500_000_000))));
        Shim shim = box.create(id, time.apply(box.spec(id, "sleep", "1000")));
        box.runtime.start(id);
        assertNotEquals(of("self", Type.TIME), of(shim.pid(), Type.TIME));
        String offsets = Files.readString(Path.of("/proc/" + shim.pid() + "/timens_offsets"));
        assertEquals(
                "monotonic 50 500000000 boottime 1000000 0", offsets.strip().replaceAll("\\s+", " "));
        String uptime = box.exec(id, Box.process("cat", "/proc/uptime")).out();
        assertTrue(Double.parseDouble(uptime.split(" ")[0]) > 1_000_000, uptime);
    }

    @Test
    void timeNamespaceCanBeJoined() throws Exception {
        Shim first = sleeper("first", with(Namespace.create(Type.TIME)));
        Shim second = sleeper("second", with(Namespace.join(Type.TIME, "/proc/" + first.pid() + "/ns/time")));
        assertEquals(of(first.pid(), Type.TIME), of(second.pid(), Type.TIME));
    }

    @Test
    void wrongNamespacesAreRefusedWithTheirPath() throws Exception {
        var twice = linux(l -> l.namespaces.add(Namespace.create(Type.PID)));
        var e = assertThrows(InvalidSpec.class, () -> box.run("twice", twice, "true"));
        assertEquals("linux.namespaces[6].type: pid: is there twice", e.getMessage());
        var offsets = linux(l -> l.timeOffsets = Map.of("boottime", new TimeOffset(1, 0)));
        assertThrows(InvalidSpec.class, () -> box.run("offsets", offsets, "true"));
        var user = linux(l -> l.namespaces.add(Namespace.create(Type.USER)));
        var f = assertThrows(InvalidSpec.class, () -> box.run("unmapped", user, "true"));
        assertTrue(f.getMessage().startsWith("linux.uidMappings: absent"), f.getMessage());
        var missing = with(Namespace.join(Type.NETWORK, "/run/netns/no-such-one"));
        var g = assertThrows(StepFailed.class, () -> box.run("missing", missing, "true"));
        assertTrue(g.getMessage().contains("open the network namespace /run/netns/no-such-one"), g.getMessage());
        var wrong = with(Namespace.join(Type.NETWORK, "/proc/self/ns/uts"));
        assertThrows(StepFailed.class, () -> box.run("wrong", wrong, "true"));
    }

    @Test
    void sysctlsOfOwnNamespacesAreSetOthersRefused() throws Exception {
        var own = both(
                open(),
                linux(l -> l.sysctl = Map.of(
                        "net.ipv4.ip_forward",
                        "1",
                        "kernel/shm_rmid_forced",
                        "1",
                        "net.ipv4.conf.lo.forwarding",
                        "1")));
        assertEquals("1\n1\n", sh(own, "cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shm_rmid_forced"));
        for (String key : List.of("vm.swappiness", "kernel.core_pattern", "net.../../kernel.core_pattern")) {
            var foreign = linux(l -> l.sysctl = Map.of(key, "1"));
            var e = assertThrows(InvalidSpec.class, () -> box.run("foreign", foreign, "true"));
            assertTrue(e.getMessage().startsWith("linux.sysctl[\"" + key + "\"]"), e.getMessage());
        }
        var hosts = both(without(Type.NETWORK), linux(l -> l.sysctl = Map.of("net.ipv4.ip_forward", "1")));
        assertThrows(InvalidSpec.class, () -> box.run("hosts", hosts, "true"));
    }
}
