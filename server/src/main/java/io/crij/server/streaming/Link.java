package io.crij.server.streaming;

import io.netty.channel.Channel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection as virtual threads see it. Writing blocks while the client does not read; what comes in is counted, and
/// while too much of it waits the connection is not read: memory per connection is bounded in both directions.
final class Link {
    private static final Logger LOG = LoggerFactory.getLogger(Link.class);
    private static final long MOST_WAITING = 256 << 10;
    private static final Duration FAREWELL = Duration.ofSeconds(10);

    private final Channel channel;
    private long waiting;
    private final List<Runnable> onGone = new ArrayList<>();
    private boolean gone;
    private boolean complained;
    private boolean leaving;

    Link(Channel channel) {
        this.channel = channel;
    }

    Channel channel() {
        return channel;
    }

    /// Sends a frame once there is room. The frame is taken over.
    void send(Object frame) throws ClientGone, InterruptedException {
        try {
            synchronized (this) {
                while (!channel.isWritable() && !gone) {
                    wait();
                }
                if (gone) {
                    throw new ClientGone();
                }
            }
        } catch (ClientGone | InterruptedException e) {
            ReferenceCountUtil.release(frame);
            throw e;
        }
        var _ = channel.writeAndFlush(frame, channel.voidPromise());
    }

    /// To be called by the connection's handler.
    synchronized void writabilityChanged() {
        notifyAll();
    }

    /// To be called by the connection's handler when the connection is closed.
    void closed() {
        List<Runnable> actions;
        synchronized (this) {
            gone = true;
            notifyAll();
            actions = List.copyOf(onGone);
            onGone.clear();
        }
        actions.forEach(Runnable::run);
    }

    /// Called once when the client has gone; at once if it has already. Must not block.
    void onGone(Runnable action) {
        synchronized (this) {
            if (!gone) {
                onGone.add(action);
                return;
            }
        }
        action.run();
    }

    synchronized void arrived(int bytes) {
        waiting += bytes;
        if (waiting > MOST_WAITING && !leaving) {
            channel.config().setAutoRead(false);
        }
    }

    synchronized void consumed(int bytes) {
        waiting -= bytes;
        if (waiting <= MOST_WAITING / 2) {
            channel.config().setAutoRead(true);
        }
    }

    /// Notes, once per connection, that the client does what it should not.
    void complain(String what) {
        synchronized (this) {
            if (complained) {
                return;
            }
            complained = true;
        }
        LOG.warn("streaming client {}: {}", channel.remoteAddress(), what);
    }

    /// The connection broke, or what comes over it is not what was agreed on.
    void broken(Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("the connection to streaming client {} broke: {}", channel.remoteAddress(), cause.getMessage());
        } else {
            complain("what it sends cannot be understood, closed: " + cause.getMessage());
        }
        var _ = channel.close();
    }

    /// Everything was sent: the client closes the connection, or it is closed for it after a while. Until then it is
    /// read, since a close with unread input makes the kernel drop what the client has not received yet.
    void farewell() {
        synchronized (this) {
            leaving = true;
            channel.config().setAutoRead(true);
        }
        var closing = channel.eventLoop().schedule(this::close, FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
        onGone(() -> closing.cancel(false));
    }

    void close() {
        var _ = channel.close();
    }
}
