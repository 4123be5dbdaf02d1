package io.crij.server.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.timeout.IdleStateEvent;

/// A WebSocket whose messages belong to numbered channels. Long messages are not put together: the parts of one that
/// came in fragments go to its channel one by one.
final class WebSocketLink extends SimpleChannelInboundHandler<WebSocketFrame> {
    private final Link link;
    private final ChannelProtocol protocol;
    private final Receiver receiver;
    private int current = -1;

    /// Takes what comes in, on the connection's thread: must not block.
    interface Receiver {
        /// @param bytes the receiver's to release
        void data(int channel, ByteBuf bytes);

        /// The client sends nothing more on this channel.
        void end(int channel);
    }

    WebSocketLink(Link link, ChannelProtocol protocol, Receiver receiver) {
        this.link = link;
        this.protocol = protocol;
        this.receiver = receiver;
    }

    /// Sends bytes, which are taken over, on a channel.
    void send(int channel, ByteBuf bytes) throws ClientGone, InterruptedException {
        link.send(protocol.frame(link.channel().alloc(), channel, bytes));
    }

    void sendEmpty(int channel) throws ClientGone, InterruptedException {
        send(channel, Unpooled.EMPTY_BUFFER);
    }

    /// Ends the connection in an orderly way.
    void finish() throws ClientGone, InterruptedException {
        link.send(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE));
        link.farewell();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        switch (frame) {
            case BinaryWebSocketFrame _, TextWebSocketFrame _ -> {
                current = protocol.channel(frame.content());
                message(frame.content());
            }
            case ContinuationWebSocketFrame _ -> message(frame.content());
            case PingWebSocketFrame _ -> {
                var _ = context.writeAndFlush(
                        new PongWebSocketFrame(frame.content().retain()), context.voidPromise());
            }
            case CloseWebSocketFrame _ -> {
                var _ = context.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE))
                        .addListener(ChannelFutureListener.CLOSE);
            }
            default -> {}
        }
    }

    private void message(ByteBuf content) {
        if (current < 0) {
            link.complain("a message without a channel is ignored");
        } else if (protocol.halfClose() && current == ChannelProtocol.CLOSE) {
            while (content.isReadable()) {
                receiver.end(content.readUnsignedByte());
            }
        } else {
            try {
                receiver.data(current, protocol.payload(content));
            } catch (IllegalArgumentException e) {
                link.complain("a message that is not base64 is ignored");
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        link.writabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        link.closed();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent) {
            link.complain("nothing was sent or received for the idle timeout: closed");
            var _ = context.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        link.broken(cause);
    }
}
