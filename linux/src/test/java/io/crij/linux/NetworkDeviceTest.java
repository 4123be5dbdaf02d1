package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NetworkDeviceTest {
    @Test
    void loopbackHasItsIndexAndNoAddressThatIsValidEverywhere() throws Exception {
        NetworkDevice loopback = NetworkDevice.named("lo");
        assertEquals(NetworkInterface.getByName("lo").getIndex(), loopback.index());
        assertTrue(loopback.addresses().isEmpty(), loopback.toString());
    }

    /// What Java's own reading of the same devices says.
    @Test
    void everyDeviceHasNoMoreAddressesThanJavaSees() throws Exception {
        for (NetworkInterface device : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            NetworkDevice found = NetworkDevice.named(device.getName());
            assertEquals(device.getIndex(), found.index());
            assertTrue(
                    found.addresses().size() <= device.getInterfaceAddresses().size(), found.toString());
        }
    }

    @Test
    void missingDeviceIsAnError() {
        var e = assertThrows(ErrnoException.class, () -> NetworkDevice.named("no-such-dev"));
        assertEquals(Errno.ENODEV, e.errno());
    }

    /// rtnetlink(7): `struct nlmsghdr`, `struct ifaddrmsg`, attributes on borders of 4 bytes.
    @Test
    void requestForAnAddressIsLaidOutAsTheKernelReadsIt() {
        byte[] ip = {10, 0, 0, 1};
        var address = new NetworkDevice.Address(2, 24, 0x80 | 0x200, "eth0", Map.of((short) 2, ip));
        ByteBuffer message = ByteBuffer.wrap(address.request(7, "ab").toBytes()).order(ByteOrder.nativeOrder());
        assertEquals(message.limit(), message.getInt(0));
        assertEquals(20, message.getShort(4), "RTM_NEWADDR");
        assertEquals(0x605, message.getShort(6), "REQUEST, ACK, EXCL, CREATE");
        assertEquals(2, message.get(16));
        assertEquals(24, message.get(17));
        assertEquals(7, message.getInt(NetlinkMessage.INDEX));
        assertEquals(8, message.getShort(24));
        assertEquals(2, message.getShort(26), "IFA_LOCAL");
        assertEquals(0x200, message.getInt(36), "the kernel's own flags are left out");
        assertEquals(7, message.getShort(40), "length without the filling");
        assertEquals(48, message.limit());
    }
}
