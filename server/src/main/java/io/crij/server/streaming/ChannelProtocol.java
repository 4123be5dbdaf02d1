package io.crij.server.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.base64.Base64;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The WebSocket protocols of Kubernetes: each message begins with the number of a channel.
enum ChannelProtocol {
    /// A client that names no protocol, and `channel.k8s.io`.
    NONE("", false, false, false),
    V1("channel.k8s.io", false, false, false),
    V1_BASE64("base64.channel.k8s.io", true, false, false),
    V4("v4.channel.k8s.io", false, true, false),
    V4_BASE64("v4.base64.channel.k8s.io", true, true, false),
    /// With the signal [#CLOSE].
    V5("v5.channel.k8s.io", false, true, true);

    static final int STDIN = 0;
    static final int STDOUT = 1;
    static final int STDERR = 2;
    static final int ERROR = 3;
    static final int RESIZE = 4;
    /// The channel whose messages are numbers of channels that end.
    static final int CLOSE = 255;

    private final String title;
    private final boolean base64;
    private final boolean status;
    private final boolean halfClose;

    ChannelProtocol(String title, boolean base64, boolean status, boolean halfClose) {
        this.title = title;
        this.base64 = base64;
        this.status = status;
        this.halfClose = halfClose;
    }

    String title() {
        return title;
    }

    boolean base64() {
        return base64;
    }

    /// Whether the error channel carries a `metav1.Status`.
    boolean status() {
        return status;
    }

    boolean halfClose() {
        return halfClose;
    }

    static Optional<ChannelProtocol> of(@Nullable String title) {
        var wanted = title == null ? "" : title;
        return Arrays.stream(values()).filter(p -> p.title.equals(wanted)).findFirst();
    }

    /// Takes the bytes over.
    WebSocketFrame frame(ByteBufAllocator memory, int channel, ByteBuf bytes) {
        if (base64) {
            var encoded = Base64.encode(bytes, false);
            bytes.release();
            return new TextWebSocketFrame(
                    Unpooled.wrappedBuffer(memory.buffer(1).writeByte('0' + channel), encoded));
        }
        return new BinaryWebSocketFrame(Unpooled.wrappedBuffer(memory.buffer(1).writeByte(channel), bytes));
    }

    /// The number of the channel at the beginning of a message, which is read; -1 when there is none.
    int channel(ByteBuf message) {
        if (!message.isReadable()) {
            return -1;
        }
        int first = message.readUnsignedByte();
        return base64 ? first - '0' : first;
    }

    /// What the rest of a message says; the caller's to release.
    ///
    /// @throws IllegalArgumentException it is not base64
    ByteBuf payload(ByteBuf rest) {
        return base64 ? Base64.decode(rest) : rest.retainedSlice();
    }
}
