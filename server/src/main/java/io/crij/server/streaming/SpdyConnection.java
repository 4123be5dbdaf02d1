package io.crij.server.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyGoAwayFrame;
import io.netty.handler.codec.spdy.DefaultSpdyPingFrame;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdyStreamStatus;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.handler.timeout.IdleStateEvent;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// A SPDY/3.1 connection whose streams the client opens. The clients (Kubernetes' `spdystream`) neither send window
/// updates nor expect any, so there is no flow control per stream: while too much waits, the whole connection is not
/// read.
final class SpdyConnection extends SimpleChannelInboundHandler<SpdyFrame> {
    private static final int MOST_STREAMS = 2000;

    private final Link link;
    private final Receiver receiver;
    // belongs to the connection's thread
    private final Map<Integer, Stream> streams = new HashMap<>();
    private int last;

    /// Takes new streams, on the connection's thread: must not block.
    interface Receiver {
        /// @return false: the stream is refused
        boolean opened(Stream stream, Headers headers);
    }

    /// What the client says of a stream.
    @FunctionalInterface
    interface Headers {
        /// Empty when it says nothing.
        Optional<String> get(String name);
    }

    SpdyConnection(Link link, Receiver receiver) {
        this.link = link;
        this.receiver = receiver;
    }

    /// One stream. What the client sends lies in its inbox; sending blocks.
    final class Stream {
        private final int id;
        private final Inbox inbox = new Inbox(link);
        private volatile boolean reset;
        private boolean finished;
        private Runnable onReset = () -> {};

        private Stream(int id) {
            this.id = id;
        }

        int id() {
            return id;
        }

        Inbox inbox() {
            return inbox;
        }

        /// Sends bytes, which are taken over.
        void send(ByteBuf bytes) throws ClientGone, InterruptedException {
            if (reset) {
                bytes.release();
                throw new ClientGone();
            }
            link.send(new DefaultSpdyDataFrame(id, bytes));
        }

        /// Nothing more is sent on this stream.
        void finish() throws ClientGone, InterruptedException {
            synchronized (this) {
                if (finished || reset) {
                    return;
                }
                finished = true;
            }
            link.send(new DefaultSpdyDataFrame(id, Unpooled.EMPTY_BUFFER).setLast(true));
        }

        /// Called when the client breaks the stream off. Must not block.
        synchronized void onReset(Runnable action) {
            onReset = action;
            if (reset) {
                action.run();
            }
        }

        private void breakOff() {
            reset = true;
            inbox.close();
            synchronized (this) {
                onReset.run();
            }
        }

        /// Both sides are done with it.
        void forget() {
            inbox.close();
            link.channel().eventLoop().execute(() -> streams.remove(id));
        }
    }

    /// Ends the connection in an orderly way.
    void finish() throws ClientGone, InterruptedException {
        link.send(new DefaultSpdyGoAwayFrame(last));
        link.farewell();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, SpdyFrame frame) {
        switch (frame) {
            case SpdySynStreamFrame opening -> open(context, opening);
            case SpdyDataFrame data -> data(context, data);
            case SpdyRstStreamFrame reset -> {
                var stream = streams.remove(reset.streamId());
                if (stream != null) {
                    stream.breakOff();
                }
            }
            case SpdyPingFrame ping
            when ping.id() % 2 != 0 -> {
                var _ = context.writeAndFlush(new DefaultSpdyPingFrame(ping.id()), context.voidPromise());
            }
            // settings, windows, headers, farewells: nothing of it is needed
            default -> {}
        }
    }

    private void open(ChannelHandlerContext context, SpdySynStreamFrame frame) {
        int id = frame.streamId();
        if (id <= last || id % 2 == 0) {
            link.complain("stream " + id + " after stream " + last + ": closed");
            var _ = context.close();
            return;
        }
        last = id;
        if (streams.size() >= MOST_STREAMS || frame.isInvalid() || frame.isTruncated()) {
            refuse(context, id, SpdyStreamStatus.REFUSED_STREAM);
            return;
        }
        var stream = new Stream(id);
        streams.put(id, stream);
        if (frame.isLast()) {
            stream.inbox.end();
        }
        var reply = new DefaultSpdySynReplyFrame(id);
        // without any header Netty leaves their block out, which Kubernetes' clients cannot read
        reply.headers().set("server", "crij");
        var _ = context.writeAndFlush(reply, context.voidPromise());
        if (!receiver.opened(stream, name -> Optional.ofNullable(frame.headers().getAsString(name)))) {
            streams.remove(id);
            refuse(context, id, SpdyStreamStatus.REFUSED_STREAM);
        }
    }

    private static void refuse(ChannelHandlerContext context, int id, SpdyStreamStatus status) {
        var _ = context.writeAndFlush(new DefaultSpdyRstStreamFrame(id, status), context.voidPromise());
    }

    private void data(ChannelHandlerContext context, SpdyDataFrame frame) {
        var stream = streams.get(frame.streamId());
        if (stream == null) {
            if (frame.streamId() > last) {
                refuse(context, frame.streamId(), SpdyStreamStatus.INVALID_STREAM);
            }
            return;
        }
        stream.inbox.offer(frame.content().retain());
        if (frame.isLast()) {
            stream.inbox.end();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        link.writabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        link.closed();
        streams.values().forEach(Stream::breakOff);
        streams.clear();
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
