package io.crij.linux.dbus;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One message that came in (D-Bus specification, "Message Format").
///
/// @param replyTo serial of the call that it answers; 0 for none
/// @param member of a signal or call
/// @param errorName of an error
/// @param signature of the body, empty without one
public record Message(
        Type type, int replyTo, String path, String member, String errorName, String signature, ByteBuffer rawBody) {
    /// Of the fixed part; then the fields of the header come.
    static final int FIXED = 16;

    /// More than any answer to what is asked here.
    static final int MOST = 1 << 20;

    private static final int CALL = 1;

    /// What a message is.
    public enum Type {
        CALL,
        REPLY,
        ERROR,
        SIGNAL
    }

    /// A call to send.
    ///
    /// @param body absent: without arguments
    public record Call(
            String destination,
            String path,
            String interfaceName,
            String member,
            String signature,
            @Nullable Marshal body) {
        /// As it travels.
        byte[] marshal(int serial) {
            byte[] arguments = body == null ? new byte[0] : body.bytes();
            var m = new Marshal();
            m.u8('l').u8(CALL).u8(0).u8(1).u32(arguments.length).u32(serial);
            var fields = m.array(8);
            field(m, 1, "o", path);
            field(m, 3, "s", member);
            field(m, 2, "s", interfaceName);
            field(m, 6, "s", destination);
            if (!signature.isEmpty()) {
                m.struct().u8(8).signature("g").signature(signature);
            }
            m.close(fields);
            m.align(8);
            return m.raw(arguments).bytes();
        }

        private static void field(Marshal m, int code, String type, String value) {
            m.struct().u8(code).signature(type).text(value);
        }

        @Override
        public String toString() {
            return interfaceName.substring(interfaceName.lastIndexOf('.') + 1) + "." + member;
        }
    }

    /// The length of the whole message, from its fixed part.
    static int length(byte[] fixed) throws DBusException.Garbled {
        ByteBuffer head = ByteBuffer.wrap(fixed).order(order(fixed[0]));
        if (fixed[3] != 1) {
            throw new DBusException.Garbled("version " + fixed[3] + " of the protocol; 1 is known");
        }
        long body = Integer.toUnsignedLong(head.getInt(4));
        long fields = Integer.toUnsignedLong(head.getInt(12));
        long length = ((FIXED + fields + 7) & -8L) + body;
        if (length > MOST) {
            throw new DBusException.Garbled("a message of " + length + " bytes; " + MOST + " are taken");
        }
        return (int) length;
    }

    private static ByteOrder order(byte first) throws DBusException.Garbled {
        return switch (first) {
            case 'l' -> ByteOrder.LITTLE_ENDIAN;
            case 'B' -> ByteOrder.BIG_ENDIAN;
            default -> throw new DBusException.Garbled("byte " + first + " where a message begins");
        };
    }

    /// @param bytes one whole message
    static Message parse(byte[] bytes) throws DBusException.Garbled {
        ByteOrder order = order(bytes[0]);
        ByteBuffer all = ByteBuffer.wrap(bytes).order(order);
        var header = new Unmarshal(all);
        all.position(12);
        int end = header.arrayLength() + FIXED;
        if (end > bytes.length) {
            throw new DBusException.Garbled("a header longer than its message");
        }
        String[] fields = new String[10];
        Arrays.fill(fields, "");
        while (header.position() < end) {
            header.align(8);
            int code = header.u8();
            String value = header.headerVariant();
            if (code < fields.length) {
                fields[code] = value;
            }
        }
        header.align(8);
        return new Message(
                type(bytes[1]),
                fields[5].isEmpty() ? 0 : Integer.parseUnsignedInt(fields[5]),
                fields[1],
                fields[3],
                fields[4],
                fields[8],
                all.slice().order(order));
    }

    private static Type type(byte number) throws DBusException.Garbled {
        if (number < 1 || number > Type.values().length) {
            throw new DBusException.Garbled("a message of type " + number);
        }
        return Type.values()[number - 1];
    }

    /// The arguments, from the first on.
    ///
    /// @param expected signature that they must have
    public Unmarshal body(String expected) throws DBusException.Garbled {
        if (!signature.equals(expected)) {
            throw new DBusException.Garbled(
                    "arguments of type '" + signature + "' where '" + expected + "' were asked for");
        }
        return new Unmarshal(rawBody.duplicate().order(rawBody.order()));
    }

    /// What an error says.
    String text() throws DBusException.Garbled {
        return signature.startsWith("s") ? body(signature).text() : "";
    }
}
