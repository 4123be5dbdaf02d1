package io.crij.monitor;

import com.google.protobuf.CodedInputStream;
import io.crij.monitor.proto.Hello;
import io.crij.monitor.proto.Reply;
import io.crij.monitor.proto.Request;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One connection to the monitor. Two threads own the socket, one per direction: callers may be interrupted, and an
/// interrupt during I/O would close the channel under all others. The one that reads is a platform thread: a reply
/// wakes it at once, a virtual one would be woken by another thread.
final class Connection {
    static final int PROTOCOL = 1;
    private static final Duration LONG_AGO = Duration.ofDays(365);

    private final Path socket;
    private final SocketChannel channel;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
    private final BlockingQueue<ByteBuffer> outgoing = new LinkedBlockingQueue<>();
    private volatile @Nullable MonitorException broken;
    private volatile long heard = System.nanoTime() - LONG_AGO.toNanos();

    private Connection(Path socket, SocketChannel channel) {
        this.socket = socket;
        this.channel = channel;
    }

    static Connection open(Path socket, String client) throws MonitorException {
        SocketChannel channel = null;
        try {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            closeQuietly(channel);
            throw new MonitorException(
                    MonitorException.Code.CONNECTION_LOST,
                    "Tried to connect to the container monitor at " + socket + " but " + e.getMessage()
                            + "; start conmon-j (systemctl start conmon-j), or restart crij, which starts it",
                    e);
        }
        Connection connection = new Connection(socket, channel);
        Thread.ofPlatform().daemon().name("monitor-read").start(connection::readAll);
        Thread.ofVirtual().name("monitor-write").start(connection::writeAll);
        connection.post(Request.newBuilder()
                .setHello(Hello.newBuilder().setClient(client).setProtocol(PROTOCOL)));
        return connection;
    }

    boolean isOpen() {
        return broken == null;
    }

    /// How long ago the monitor has said something.
    Duration silence() {
        return Duration.ofNanos(System.nanoTime() - heard);
    }

    /// Sends a request; its replies come to the [Pending] returned.
    Pending post(Request.Builder verb) throws MonitorException {
        return post(verb, new Pending());
    }

    Pending post(Request.Builder verb, Pending reply) throws MonitorException {
        long id = ids.incrementAndGet();
        reply.sentAs(id);
        pending.put(id, reply);
        MonitorException lost = broken;
        // after put: whoever breaks the connection sets broken first and then fails what is in the map
        if (lost != null) {
            pending.remove(id);
            throw lost;
        }
        outgoing.add(Frames.encode(verb.setId(id).build()));
        return reply;
    }

    /// Sends a request that has no reply of its own.
    void tell(Request.Builder verb) {
        outgoing.add(Frames.encode(verb.setId(ids.incrementAndGet()).build()));
    }

    void close() {
        fail(new MonitorException(
                MonitorException.Code.CONNECTION_LOST, "The connection to " + socket + " was closed", 0));
    }

    private void readAll() {
        FrameReader frames = new FrameReader(channel, Frames.MAX_REPLY);
        try {
            for (ByteBuffer frame = frames.next(); frame != null; frame = frames.next()) {
                heard = System.nanoTime();
                deliver(Reply.parseFrom(CodedInputStream.newInstance(frame)));
            }
            lost("it closed the connection", null);
        } catch (IOException e) {
            lost(String.valueOf(e.getMessage()), e);
        }
    }

    private void deliver(Reply reply) {
        boolean more = reply.hasEvent() || reply.hasExecOutput() || reply.hasStreams() || reply.hasInputEnded();
        Pending waiting = more ? pending.get(reply.getId()) : pending.remove(reply.getId());
        if (waiting != null) {
            waiting.deliver(reply);
        }
    }

    private void writeAll() {
        try {
            while (isOpen()) {
                ByteBuffer frame = outgoing.take();
                while (frame.hasRemaining()) {
                    channel.write(frame);
                }
            }
        } catch (ClosedChannelException e) {
            lost("the connection was closed", e);
        } catch (IOException e) {
            lost(String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            lost("its writer was interrupted", e);
        }
    }

    private void lost(String why, @Nullable Throwable cause) {
        String message = "The connection to the container monitor at " + socket + " broke: " + why
                + ". The request may or may not have taken effect; conmon-j's log says more.";
        fail(
                cause == null
                        ? new MonitorException(MonitorException.Code.CONNECTION_LOST, message, 0)
                        : new MonitorException(MonitorException.Code.CONNECTION_LOST, message, cause));
    }

    private void fail(MonitorException why) {
        synchronized (this) {
            if (broken != null) {
                return;
            }
            broken = why;
        }
        closeQuietly(channel);
        outgoing.add(ByteBuffer.allocate(0)); // wakes the writer up, which then ends
        for (Long id : pending.keySet()) {
            Pending waiting = pending.remove(id);
            if (waiting != null) {
                waiting.fail(why);
            }
        }
    }

    private static void closeQuietly(@Nullable SocketChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                System.getLogger(Connection.class.getName())
                        .log(System.Logger.Level.DEBUG, "closing a connection to the monitor failed", e);
            }
        }
    }
}
