package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DefaultRouteTest {
    private static final String HEAD =
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";

    @Test
    void lowestMetricWins() {
        var table = HEAD
                + "net1\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
                + "eth0\t00000000\t01007B0A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
                + "eth0\t00007B0A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n";
        assertEquals(Optional.of("eth0"), DefaultRoute.ipv4(table));
    }

    @Test
    void networkRoutesAndUnusableOnesAreNoDefault() {
        var table = HEAD
                + "eth0\t00007B0A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
                + "eth1\t00000000\t01007B0A\t0002\t0\t0\t0\t00000000\t0\t0\t0\n";
        assertEquals(Optional.empty(), DefaultRoute.ipv4(table));
    }

    @Test
    void versionSix() {
        var zeros = "0".repeat(32);
        var table = zeros + " 00 " + zeros + " 00 " + zeros + " ffffffff 00000001 00000000 00200200       lo\n"
                + zeros + " 00 " + zeros + " 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003"
                + "     eth0\n";
        assertEquals(Optional.of("eth0"), DefaultRoute.ipv6(table));
    }

    @Test
    void ofThisProcessIsAnInterfaceOrNone() throws Exception {
        var names = InterfaceStats.of((int) ProcessHandle.current().pid()).stream()
                .map(InterfaceStats::name)
                .toList();
        var found = DefaultRoute.of((int) ProcessHandle.current().pid());
        assertEquals(
                true,
                found.isEmpty() || names.contains(found.get()),
                List.of(names, found).toString());
    }
}
