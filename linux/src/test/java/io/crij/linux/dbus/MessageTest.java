package io.crij.linux.dbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The bytes are those that systemd's own client sends for the same calls.
class MessageTest {
    private static final HexFormat HEX = HexFormat.of();

    @Test
    void callWithoutArgumentsIsByteExact() {
        var hello = new Message.Call(
                "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello", "", null);
        assertEquals(
                "6c01000100000000010000006d00000001016f00150000002f6f72672f667265656465736b746f702f4442757300000003017300"
                        + "0500000048656c6c6f00000002017300140000006f72672e667265656465736b746f702e44427573000000000601"
                        + "7300140000006f72672e667265656465736b746f702e4442757300000000",
                HEX.formatHex(hello.marshal(1)));
    }

    @Test
    void callWithPropertiesIsByteExact() {
        var body = new Marshal()
                .text("crij-1.scope")
                .text("fail")
                .properties(List.of(
                        Property.text("Description", "a container"),
                        new Property("PIDs", new Value.Numbers(List.of(7, 1234))),
                        Property.flag("Delegate", true),
                        Property.number("MemoryMax", 1048576),
                        new Property("AllowedCPUs", new Value.Bytes(List.of(3, 128))),
                        Property.number("TasksMax", -1)))
                .noUnits();
        var call = new Message.Call(
                "org.freedesktop.systemd1",
                "/org/freedesktop/systemd1",
                "org.freedesktop.systemd1.Manager",
                "StartTransientUnit",
                "ssa(sv)a(sa(sv))",
                body);
        assertEquals(
                "6c010001e800000002000000b600000001016f00190000002f6f72672f667265656465736b746f702f73797374656d6431000000"
                        + "00000000030173001200000053746172745472616e7369656e74556e697400000000000002017300200000006f72"
                        + "672e667265656465736b746f702e73797374656d64312e4d616e6167657200000000000000000601730018000000"
                        + "6f72672e667265656465736b746f702e73797374656d64310000000000000000080167001073736128737629612"
                        + "873612873762929000000"
                        + "0c0000006372696a2d312e73636f706500000000040000006661696c00000000b8000000000000000b0000004465"
                        + "736372697074696f6e00017300000b0000006120636f6e7461696e65720000000000040000005049447300026175"
                        + "000000000800000007000000d2040000000000000800000044656c65676174650001620001000000000000000900"
                        + "00004d656d6f72794d6178000174000000000000000000001000000000000b000000416c6c6f7765644350557300"
                        + "02617900020000000380000000000000080000005461736b734d617800017400ffffffffffffffff000000000000"
                        + "0000",
                HEX.formatHex(call.marshal(2)));
    }

    @Test
    void readsWhatWasWritten() throws Exception {
        var body = new Marshal().u32(9).text("/job/9").text("a.scope").text("döne");
        Message signal = Message.parse(FakeBus.message(4, 0, "/org", "JobRemoved", "", "uoss", body));
        assertEquals(Message.Type.SIGNAL, signal.type());
        assertEquals("JobRemoved", signal.member());
        var read = signal.body("uoss");
        assertEquals(9, read.u32());
        assertEquals("/job/9", read.text());
        assertEquals("a.scope", read.text());
        assertEquals("döne", read.text());
    }

    @Test
    void readsWhatIsBigEndian() throws Exception {
        // an error without a body, in reply to 258
        byte[] bytes = HEX.parseHex("4203010100000000000000010000001d" + "0401730000000007612e622e4e6f7000"
                + "0501750000000102" + "00000000".substring(0, 0));
        bytes[15] = (byte) (bytes.length - 16);
        Message error = Message.parse(java.util.Arrays.copyOf(bytes, (bytes.length + 7) & -8));
        assertEquals(Message.Type.ERROR, error.type());
        assertEquals("a.b.Nop", error.errorName());
        assertEquals(258, error.replyTo());
    }

    @Test
    void refusesArgumentsOfAnotherType() throws Exception {
        Message signal = Message.parse(FakeBus.message(4, 0, "/org", "X", "", "s", new Marshal().text("a")));
        assertTrue(assertThrows(DBusException.Garbled.class, () -> signal.body("uoss"))
                .getMessage()
                .contains("'s' where 'uoss'"));
    }

    @Test
    void refusesLengthsBeyondTheMessage() {
        byte[] fixed = HEX.parseHex("6c010001ffffffff0100000000000000");
        assertThrows(DBusException.Garbled.class, () -> Message.length(fixed));
        byte[] header = HEX.parseHex("6c0100010000000001000000ffffff7f");
        assertThrows(DBusException.Garbled.class, () -> Message.parse(header));
        // a string that claims to be longer than what there is
        byte[] text = HEX.parseHex("6c02000100000000010000000c000000040173000000ffff6161610000000000");
        assertThrows(DBusException.Garbled.class, () -> Message.parse(text));
    }

    @Test
    void refusesWhatIsNoMessage() {
        assertThrows(DBusException.Garbled.class, () -> Message.length("HTTP/1.1 400 Bad".getBytes()));
    }

    @Test
    void refusesTextWithNul() {
        assertThrows(IllegalArgumentException.class, () -> new Marshal().text("a\0b"));
    }
}
