package io.crij.linux.dbus;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Reads values from the form they travel in; the other side is not trusted. Not thread-safe.
public final class Unmarshal {
    private static final int MOST = 1 << 26;

    private final ByteBuffer bytes;

    /// @param bytes from a multiple of eight in the message on, with the order of the message
    Unmarshal(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    boolean more() {
        return bytes.hasRemaining();
    }

    int position() {
        return bytes.position();
    }

    int u8() throws DBusException.Garbled {
        return need(1).get() & 0xFF;
    }

    public int u32() throws DBusException.Garbled {
        align(4);
        return need(4).getInt();
    }

    /// A string, or the path of an object.
    public String text() throws DBusException.Garbled {
        return chars(u32());
    }

    String signature() throws DBusException.Garbled {
        return chars(u8());
    }

    /// A variant that holds a string or the path of an object.
    public String textVariant() throws DBusException.Garbled {
        String type = signature();
        if (!type.equals("s") && !type.equals("o")) {
            throw new DBusException.Garbled("a value of type '" + type + "' where a string was asked for");
        }
        return text();
    }

    /// Any variant in a header, whose fields have no other types than these.
    String headerVariant() throws DBusException.Garbled {
        String type = signature();
        return switch (type) {
            case "s", "o" -> text();
            case "g" -> signature();
            case "u" -> Integer.toUnsignedString(u32());
            default -> throw new DBusException.Garbled("a header field of type '" + type + "'");
        };
    }

    void align(int alignment) throws DBusException.Garbled {
        int aligned = (bytes.position() + alignment - 1) & -alignment;
        need(aligned - bytes.position());
        bytes.position(aligned);
    }

    /// The length of an array in bytes.
    int arrayLength() throws DBusException.Garbled {
        int length = u32();
        if (length < 0 || length > MOST) {
            throw new DBusException.Garbled("an array of " + Integer.toUnsignedString(length) + " bytes");
        }
        return length;
    }

    private String chars(int length) throws DBusException.Garbled {
        if (length < 0 || length >= bytes.remaining()) {
            throw new DBusException.Garbled("a string of " + Integer.toUnsignedString(length) + " bytes where only "
                    + bytes.remaining() + " are left");
        }
        ByteBuffer part = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        if (bytes.get() != 0) {
            throw new DBusException.Garbled("a string without its end");
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(part).toString();
        } catch (CharacterCodingException _) {
            throw new DBusException.Garbled("a string that is no UTF-8");
        }
    }

    private ByteBuffer need(int count) throws DBusException.Garbled {
        if (bytes.remaining() < count) {
            throw new DBusException.Garbled(
                    "a message that ends in the middle of a value", new BufferUnderflowException());
        }
        return bytes;
    }
}
