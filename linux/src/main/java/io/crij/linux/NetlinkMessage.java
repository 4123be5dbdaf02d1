package io.crij.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// A request to the kernel's routing (rtnetlink(7)), built for whoever sends it. The kernel answers each with an
/// error number, 0 for success, at [#ERROR] of the answer.
public final class NetlinkMessage {
    /// `AF_NETLINK`, `SOCK_RAW`, `NETLINK_ROUTE`.
    public static final int FAMILY = 16;

    public static final int TYPE = 3;
    public static final int PROTOCOL = 0;

    /// Where the index of the device stands in requests about links and addresses.
    public static final int INDEX = 20;

    /// Where the negated error number stands in an answer.
    public static final int ERROR = 16;

    public static final short IFLA_IFNAME = 3;
    public static final short IFLA_NET_NS_FD = 28;

    static final short RTM_NEWLINK = 16;
    static final short RTM_GETLINK = 18;
    static final short RTM_SETLINK = 19;
    static final short RTM_NEWADDR = 20;
    static final short RTM_GETADDR = 22;
    static final int NLM_F_REQUEST = 0x001;
    static final int NLM_F_ACK = 0x004;
    static final int NLM_F_DUMP = 0x300;
    private static final int NLM_F_EXCL = 0x200;
    private static final int NLM_F_CREATE = 0x400;
    private static final int IFF_UP = 1;
    private static final int MOST = 1024;

    private final ByteBuffer bytes = ByteBuffer.allocate(MOST).order(ByteOrder.nativeOrder());

    NetlinkMessage(short type, int flags) {
        bytes.putInt(0)
                .putShort(type)
                .putShort((short) (flags | NLM_F_REQUEST))
                .putInt(1)
                .putInt(0);
    }

    /// Changes a device; what, say the attributes.
    ///
    /// @param index 0: known only when it is sent
    public static NetlinkMessage ofLink(int index) {
        return link(RTM_SETLINK, NLM_F_ACK, index, 0);
    }

    /// Sets a device up.
    public static NetlinkMessage linkUp(int index) {
        return link(RTM_SETLINK, NLM_F_ACK, index, IFF_UP);
    }

    /// `struct ifinfomsg`: family, type, index, flags, mask of the flags.
    static NetlinkMessage link(short type, int flags, int index, int state) {
        var message = new NetlinkMessage(type, flags);
        message.bytes.putInt(0).putInt(index).putInt(state).putInt(state);
        return message;
    }

    /// Asks for the addresses of all devices, of all families.
    static NetlinkMessage allAddresses() {
        var message = new NetlinkMessage(RTM_GETADDR, NLM_F_DUMP);
        message.bytes.putLong(0);
        return message;
    }

    /// Adds an address to a device: `struct ifaddrmsg`.
    static NetlinkMessage address(int family, int prefix, int index) {
        var message = new NetlinkMessage(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
        message.bytes.put((byte) family).put((byte) prefix).putShort((short) 0).putInt(index);
        return message;
    }

    public NetlinkMessage attribute(short type, byte[] value) {
        bytes.putShort((short) (4 + value.length)).putShort(type).put(value);
        while (bytes.position() % 4 != 0) {
            bytes.put((byte) 0);
        }
        return this;
    }

    public NetlinkMessage attribute(short type, int value) {
        return attribute(
                type,
                ByteBuffer.allocate(4)
                        .order(ByteOrder.nativeOrder())
                        .putInt(value)
                        .array());
    }

    /// A string, ended by a zero byte.
    public NetlinkMessage attribute(short type, String value) {
        return attribute(type, (value + "\0").getBytes(StandardCharsets.UTF_8));
    }

    /// The message as it is sent.
    public byte[] toBytes() {
        bytes.putInt(0, bytes.position());
        byte[] whole = new byte[bytes.position()];
        bytes.get(0, whole);
        return whole;
    }
}
