package io.crij.monitor;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/// Messages on the wire: each preceded by its length as a varint.
final class Frames {
    /// Longest request that is accepted, in bytes; a specification is some 10 KB.
    static final int MAX_REQUEST = 4 << 20;

    /// Longest reply, in bytes; a list of 1000 containers is 1 MB.
    static final int MAX_REPLY = 64 << 20;

    private Frames() {}

    static ByteBuffer encode(MessageLite message) {
        int size = message.getSerializedSize();
        byte[] frame = new byte[CodedOutputStream.computeUInt32SizeNoTag(size) + size];
        CodedOutputStream out = CodedOutputStream.newInstance(frame);
        try {
            out.writeUInt32NoTag(size);
            message.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("a message of " + size + " bytes did not fit its own size", e);
        }
        return ByteBuffer.wrap(frame);
    }
}
