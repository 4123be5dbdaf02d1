package io.crij.oci.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class CapabilitySetsTest {
    private static final CapabilitySets.Host ALL = new CapabilitySets.Host(40, -1, -1);

    @Test
    void namesBecomeBits() {
        CapabilitySets sets = CapabilitySets.of(Capabilities.of(List.of("CAP_CHOWN", "CAP_NET_RAW")), ALL);
        assertEquals(1 | 1 << 13, sets.bounding());
        assertEquals(sets.bounding(), sets.effective());
        assertEquals(sets.bounding(), sets.permitted());
        assertEquals(0, sets.inheritable());
        assertEquals(0, sets.ambient());
        assertEquals(List.of(), sets.warnings());
    }

    @Test
    void whatTheHostLacksIsAWarning() {
        var host = new CapabilitySets.Host(38, ~Capability.CAP_SYS_RESOURCE.bit(), -1);
        CapabilitySets sets = CapabilitySets.of(
                Capabilities.of(List.of("CAP_SYS_RESOURCE", "CAP_BPF", "CAP_TEST", "CAP_KILL")), host);
        assertEquals(Capability.CAP_KILL.bit(), sets.bounding());
        assertEquals(3, sets.warnings().size(), sets.warnings().toString());
        assertTrue(
                sets.warnings().getLast().startsWith("CAP_TEST is not a capability"),
                sets.warnings().toString());
    }

    @Test
    void ambientNeedsPermittedAndInheritable() {
        var chown = List.of("CAP_CHOWN");
        var wanted = new Capabilities(chown, chown, List.of(), chown, chown);
        CapabilitySets sets = CapabilitySets.of(wanted, ALL);
        assertEquals(0, sets.ambient());
        assertTrue(
                sets.warnings().getFirst().contains("CAP_CHOWN not made ambient"),
                sets.warnings().toString());
        assertEquals(
                1,
                CapabilitySets.of(new Capabilities(chown, chown, chown, chown, chown), ALL)
                        .ambient());
    }

    @Test
    void readsWhatThisProcessHas() throws Exception {
        CapabilitySets.Host host = CapabilitySets.Host.read();
        assertTrue(host.last() >= Capability.CAP_CHECKPOINT_RESTORE.number(), host.toString());
    }
}
