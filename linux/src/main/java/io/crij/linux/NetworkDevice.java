package io.crij.linux;

import io.crij.linux.abi.Syscall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A network device of the network namespace that this process is in.
///
/// @param addresses those that a person or program gave it for good (`IFA_F_PERMANENT`) and that are valid everywhere
///     (`RT_SCOPE_UNIVERSE`), of any family: what the kernel forgets when the device changes its namespace
public record NetworkDevice(String name, int index, List<Address> addresses) {
    private static final int CLOEXEC = 0x80000;
    private static final int HEADER = 16;
    private static final int LARGEST = 32 * 1024;
    private static final short NLMSG_ERROR = 2;
    private static final short NLMSG_DONE = 3;
    private static final int IFA_F_PERMANENT = 0x80;
    private static final short IFA_ADDRESS = 1;
    private static final short IFA_LOCAL = 2;
    private static final short IFA_LABEL = 3;
    private static final short IFA_BROADCAST = 4;
    private static final short IFA_FLAGS = 8;
    private static final short IFA_RT_PRIORITY = 9;

    /// Flags that an address is made with, all others are the kernel's: no duplicate detection, home address, managed
    /// temporary addresses, no route for the prefix, joined multicast.
    private static final int GIVEN_FLAGS = 0x02 | 0x10 | 0x100 | 0x200 | 0x400;

    private static final List<Short> COPIED = List.of(IFA_ADDRESS, IFA_LOCAL, IFA_BROADCAST, IFA_RT_PRIORITY);

    public NetworkDevice {
        addresses = List.copyOf(addresses);
    }

    /// An address of a device.
    ///
    /// @param label of the device's name and a suffix, where the family has labels
    public record Address(
            int family, int prefix, int flags, @Nullable String label, Map<Short, byte[]> attributes) {
        /// The request that gives a device this address.
        ///
        /// @param index of the device; 0: known only when it is sent
        /// @param newLabel empty for the kernel's own
        public NetlinkMessage request(int index, String newLabel) {
            NetlinkMessage message = NetlinkMessage.address(family, prefix, index);
            attributes.forEach(message::attribute);
            message.attribute(IFA_FLAGS, flags & GIVEN_FLAGS);
            return newLabel.isEmpty() ? message : message.attribute(IFA_LABEL, newLabel);
        }
    }

    /// @throws ErrnoException `ENODEV` when there is none of that name
    public static NetworkDevice named(String name) throws ErrnoException {
        int family = NetlinkMessage.FAMILY;
        int type = NetlinkMessage.TYPE | CLOEXEC;
        try (Fd socket = new Fd(Kernel.call(Syscall.SOCKET, "rtnetlink", family, type, NetlinkMessage.PROTOCOL))) {
            int index = index(socket, name);
            return new NetworkDevice(name, index, addresses(socket, index));
        }
    }

    private static int index(Fd socket, String name) throws ErrnoException {
        NetlinkMessage request = NetlinkMessage.link(NetlinkMessage.RTM_GETLINK, 0, 0, 0);
        List<ByteBuffer> answer =
                ask(socket, request.attribute(NetlinkMessage.IFLA_IFNAME, name), NetlinkMessage.RTM_NEWLINK, name);
        return answer.getFirst().getInt(4);
    }

    private static List<Address> addresses(Fd socket, int index) throws ErrnoException {
        List<Address> addresses = new ArrayList<>();
        for (ByteBuffer message : ask(socket, NetlinkMessage.allAddresses(), NetlinkMessage.RTM_NEWADDR, "addresses")) {
            boolean everywhere = message.get(3) == 0;
            if (message.getInt(4) == index && everywhere) {
                Map<Short, byte[]> attributes = attributes(message);
                byte @Nullable [] wide = attributes.get(IFA_FLAGS);
                int flags = wide == null
                        ? Byte.toUnsignedInt(message.get(2))
                        : ByteBuffer.wrap(wide).order(ByteOrder.nativeOrder()).getInt();
                if ((flags & IFA_F_PERMANENT) != 0) {
                    int prefix = Byte.toUnsignedInt(message.get(1));
                    byte @Nullable [] label = attributes.get(IFA_LABEL);
                    attributes.keySet().retainAll(COPIED);
                    addresses.add(
                            new Address(message.get(0), prefix, flags, label == null ? null : text(label), attributes));
                }
            }
        }
        return addresses;
    }

    private static String text(byte[] zeroEnded) {
        return new String(zeroEnded, 0, zeroEnded.length - 1, StandardCharsets.UTF_8);
    }

    private static Map<Short, byte[]> attributes(ByteBuffer address) {
        Map<Short, byte[]> attributes = new LinkedHashMap<>();
        for (int at = 8; at + 4 <= address.limit(); ) {
            int length = Short.toUnsignedInt(address.getShort(at));
            byte[] value = new byte[length - 4];
            address.get(at + 4, value);
            attributes.put(address.getShort(at + 2), value);
            at += (length + 3) & ~3;
        }
        return attributes;
    }

    /// Bodies of the messages of this type that answer a request.
    private static List<ByteBuffer> ask(Fd socket, NetlinkMessage request, short type, String about)
            throws ErrnoException {
        socket.write(request.toBytes());
        List<ByteBuffer> bodies = new ArrayList<>();
        byte[] buffer = new byte[LARGEST];
        while (true) {
            int size = socket.read(buffer);
            var answer = ByteBuffer.wrap(buffer, 0, size).order(ByteOrder.nativeOrder());
            for (int at = 0; at + HEADER <= size; ) {
                int length = answer.getInt(at);
                short kind = answer.getShort(at + 4);
                if (kind == NLMSG_ERROR && answer.getInt(at + NetlinkMessage.ERROR) != 0) {
                    throw new ErrnoException("rtnetlink", -answer.getInt(at + NetlinkMessage.ERROR), about);
                }
                if (kind == NLMSG_DONE || kind == NLMSG_ERROR) {
                    return bodies;
                }
                if (kind == type) {
                    byte[] body = new byte[length - HEADER];
                    answer.get(at + HEADER, body);
                    bodies.add(ByteBuffer.wrap(body).order(ByteOrder.nativeOrder()));
                    if (type == NetlinkMessage.RTM_NEWLINK) {
                        return bodies;
                    }
                }
                at += (length + 3) & ~3;
            }
        }
    }
}
