package io.crij.monitor;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.crij.linux.WindowSize;
import io.crij.monitor.proto.Reply;
import io.crij.monitor.proto.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One connection of a client: reads requests and gives each a virtual thread of its own. What is still under way when
/// the client goes is given up; what is not a request ends the connection, never the daemon.
final class Session {
    private static final System.Logger LOG = System.getLogger(Session.class.getName());
    /// Requests of one client at the same time; more wait in the socket.
    private static final int AT_ONCE = 512;

    private final ByteChannel channel;
    private final Monitor monitor;
    private final ReentrantLock sending = new ReentrantLock();
    private final Map<Long, Handling> underWay = new ConcurrentHashMap<>();
    private final Semaphore room = new Semaphore(AT_ONCE);

    Session(ByteChannel channel, Monitor monitor) {
        this.channel = channel;
        this.monitor = monitor;
    }

    /// Serves until the client goes.
    void serve() {
        FrameReader frames = new FrameReader(channel, Frames.MAX_REQUEST);
        try {
            for (ByteBuffer frame = frames.next(); frame != null; frame = frames.next()) {
                accept(Request.parseFrom(CodedInputStream.newInstance(frame)));
            }
        } catch (FrameReader.FrameException | InvalidProtocolBufferException e) {
            LOG.log(System.Logger.Level.WARNING, "a client does not speak the monitor's protocol: " + e.getMessage());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a client's connection broke", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            underWay.values().forEach(Handling::giveUp);
            close();
        }
    }

    private void accept(Request request) throws InterruptedException {
        if (request.hasCancel()) {
            Handling handling = underWay.get(request.getCancel().getRequest());
            if (handling != null) {
                handling.giveUp();
            }
            return;
        }
        if (request.hasCloseInput()) {
            Handling handling = underWay.get(request.getCloseInput().getRequest());
            if (handling != null) {
                handling.endInput();
            }
            return;
        }
        if (request.hasResizeStream()) {
            Handling handling = underWay.get(request.getResizeStream().getRequest());
            if (handling != null) {
                handling.resize(new WindowSize(
                        request.getResizeStream().getHeight(),
                        request.getResizeStream().getWidth()));
            }
            return;
        }
        room.acquire();
        Handling handling = new Handling(request);
        underWay.put(request.getId(), handling);
        handling.thread.start();
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing a client's connection failed", e);
        }
    }

    /// A request under way. An interrupt must not hit the thread while it sends: it would close the channel under the
    /// other requests.
    private final class Handling implements Monitor.Replies {
        private final Request request;
        private final Thread thread;
        private boolean sends;
        private boolean givenUp;
        private boolean inputEnded;
        private @Nullable Runnable onInputEnd;
        private @Nullable WindowSize size;
        private @Nullable Consumer<WindowSize> onResize;

        Handling(Request request) {
            this.request = request;
            this.thread = Thread.ofVirtual().name("request-" + request.getId()).unstarted(this::run);
        }

        private void run() {
            try {
                monitor.handle(request, this);
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "a client went before its answer", e);
            } finally {
                underWay.remove(request.getId(), this);
                room.release();
            }
        }

        synchronized void giveUp() {
            givenUp = true;
            if (!sends) {
                thread.interrupt();
            }
        }

        synchronized void endInput() {
            inputEnded = true;
            if (onInputEnd != null) {
                onInputEnd.run();
            }
        }

        @Override
        public synchronized void onInputEnd(Runnable action) {
            onInputEnd = action;
            if (inputEnded) {
                action.run();
            }
        }

        synchronized void resize(WindowSize wanted) {
            size = wanted;
            if (onResize != null) {
                onResize.accept(wanted);
            }
        }

        @Override
        public synchronized void onResize(Consumer<WindowSize> action) {
            onResize = action;
            if (size != null) {
                action.accept(size);
            }
        }

        @Override
        public void more(Reply.Builder reply) throws IOException {
            send(reply);
            synchronized (this) {
                sends = false;
                if (givenUp) {
                    thread.interrupt();
                }
            }
        }

        @Override
        public void last(Reply.Builder reply) throws IOException {
            send(reply);
        }

        private void send(Reply.Builder reply) throws IOException {
            synchronized (this) {
                sends = true;
                Thread.interrupted();
            }
            ByteBuffer frame = Frames.encode(reply.setId(request.getId()).build());
            sending.lock();
            try {
                while (frame.hasRemaining()) {
                    channel.write(frame);
                }
            } catch (IOException e) {
                throw new Monitor.ClientGone(e);
            } finally {
                sending.unlock();
            }
        }
    }
}
