package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.IdMapping;
import io.crij.oci.spec.Linux;
import io.crij.oci.spec.Linux.NetDevice;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Namespace.Type;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Devices of a network namespace of the test's own, which the command is run in.
class NetDevicesTest extends ContainerTest {
    private static final String ADDRESSES =
            "ip link set n0 mtu 1400 address 02:00:00:00:00:07; ip addr add 10.9.8.7/24 broadcast 10.9.8.255 dev n0;"
                    + " ip addr add 10.9.7.1/32 label n0:old dev n0; ip addr add 10.9.6.1/32 scope link dev n0;"
                    + " ip -6 addr add 2001:db8::7/64 nodad dev n0; ip link set n0 up; ";

    /// Runs a container in a new network namespace that has the device n0.
    private OwnCommand.Result run(
            String name, Map<String, NetDevice> devices, Consumer<Linux.Edit> change, String... scripts)
            throws Exception {
        String id = box.id(name);
        Path bundle = Files.createDirectory(box.folder.resolve(name));
        Spec spec = box.spec(id, "sh", "-c", scripts[1])
                .with(s -> s.linux = s.linux.with(l -> {
                    l.netDevices = devices;
                    change.accept(l);
                }));
        Files.write(bundle.resolve("config.json"), new SpecWriter().write(spec));
        String script = "ip link add n0 type veth peer name p0; ip link set p0 up; " + scripts[0] + " exec \"$@\"";
        return new OwnCommand(List.of("unshare", "--net", "sh", "-ec", script, "sh"), box.folder.resolve(name + ".out"))
                .run("--root", box.folder.resolve("state").toString(), "run", "--bundle", bundle.toString(), id);
    }

    @Test
    void deviceIsMovedAndRenamedWithItsAttributesAndLastingAddresses() throws Exception {
        var result = run("moved", Map.of("n0", new NetDevice("data0")), l -> {}, ADDRESSES, "ip addr show");
        assertEquals(0, result.code(), result.out());
        String out = result.out();
        assertTrue(out.matches("(?s).*data0@\\w+: <[^>]*\\bUP\\b[^>]*> mtu 1400 .*"), out);
        assertTrue(out.contains("link/ether 02:00:00:00:00:07"), out);
        assertTrue(out.contains("inet 10.9.8.7/24 brd 10.9.8.255 scope global data0\n"), out);
        assertTrue(out.contains("inet 10.9.7.1/32 scope global data0:old\n"), out);
        assertTrue(out.contains("inet6 2001:db8::7/64 scope global"), out);
        // an address of another scope is the host's business
        assertFalse(out.contains("10.9.6.1"), out);
        assertFalse(out.contains("n0@"), out);
    }

    @Test
    void namesMayBeKeptExchangedOrTemplates() throws Exception {
        var devices = Map.of(
                "n0",
                new NetDevice("n1"),
                "n1",
                new NetDevice("n0"),
                "n2",
                new NetDevice("eth%d"),
                "n3",
                new NetDevice(null));
        String make =
                "ip link set n0 mtu 1300; ip link add n1 mtu 1301 type veth peer name p1; ip link add n2 mtu 1302 type veth peer name p2;"
                        + " ip link add n3 mtu 1303 type veth peer name p3; ip addr add 10.1.1.1/24 label n2:x dev n2;";
        var result =
                run("names", devices, l -> {}, make, "cd /sys/class/net; grep . n*/mtu eth0/mtu; ip addr show eth0");
        assertEquals(0, result.code(), result.out());
        assertTrue(result.out().startsWith("n0/mtu:1301\nn1/mtu:1300\nn3/mtu:1303\neth0/mtu:1302\n"), result.out());
        assertTrue(result.out().contains("inet 10.1.1.1/24 scope global eth0\n"), result.out());
    }

    @Test
    void deviceGoesIntoANamespaceThatWasThereAndIntoOneOfAUserNamespace() throws Exception {
        Path other = Files.createFile(box.folder.resolve("netns"));
        String make = ADDRESSES + "unshare --net=" + other + " true; ";
        Consumer<Linux.Edit> join = l -> {
            l.namespaces.removeIf(n -> n.type() == Type.NETWORK);
            l.namespaces.add(Namespace.join(Type.NETWORK, other.toString()));
        };
        try {
            var joined = run("joined", Map.of("n0", new NetDevice("n9")), join, make, "ip addr show n9");
            assertEquals(0, joined.code(), joined.out());
            assertTrue(joined.out().contains("inet 10.9.8.7/24"), joined.out());
        } finally {
            new ProcessBuilder("umount", other.toString()).start().waitFor();
        }
        box.rootfs.toFile().setExecutable(true, false);
        box.folder.toFile().setExecutable(true, false);
        Consumer<Linux.Edit> user = l -> {
            l.namespaces.add(Namespace.create(Type.USER));
            l.uidMappings = List.of(new IdMapping(0, 100_000, 65_536));
            l.gidMappings = List.of(new IdMapping(0, 100_000, 65_536));
        };
        var mapped = run("mapped", Map.of("n0", new NetDevice("n8")), user, ADDRESSES, "ip addr show n8");
        assertEquals(0, mapped.code(), mapped.out());
        assertTrue(mapped.out().contains("inet6 2001:db8::7/64"), mapped.out());
    }

    @Test
    void deviceThatIsMissingOrCannotMoveIsRefusedWithTheReason() throws Exception {
        var missing = Map.of("no-such-dev", new NetDevice(null));
        var e = assertThrows(InvalidSpec.class, () -> box.run("missing", linux(l -> l.netDevices = missing), "true"));
        assertEquals("linux.netDevices", e.path());
        var loopback = run("lo", Map.of("lo", new NetDevice("lo1")), l -> {}, "", "true");
        assertEquals(1, loopback.code());
        assertTrue(loopback.out().contains("move the network device lo into the container's"), loopback.out());
        var taken = run("taken", Map.of("n0", new NetDevice("lo")), l -> {}, "", "true");
        assertTrue(taken.out().contains("has a device lo already"), taken.out());
        var twice = Map.of("n0", new NetDevice("x"), "n1", new NetDevice("x"));
        assertThrows(InvalidSpec.class, () -> box.run("twice", linux(l -> l.netDevices = twice), "true"));
        for (String wrong : List.of("a%d%d", "a%s", "a/b", "name-with-sixteen")) {
            var devices = Map.of("n0", new NetDevice(wrong));
            assertThrows(InvalidSpec.class, () -> box.run("wrong", linux(l -> l.netDevices = devices), "true"));
        }
    }

    @Test
    void labelFollowsTheName() {
        assertEquals("", NetDevices.label("eth0", null, "eth1"));
        assertEquals("", NetDevices.label("eth0", "eth0", "eth1"));
        assertEquals("eth1:a", NetDevices.label("eth0", "eth0:a", "eth1"));
        assertEquals("", NetDevices.label("eth0", "eth0:a", "eth%d"));
        assertEquals("other", NetDevices.label("eth0", "other", "eth1"));
    }
}
