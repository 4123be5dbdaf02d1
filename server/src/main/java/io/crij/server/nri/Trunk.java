package io.crij.server.nri;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One unix socket that two connections share (containerd/nri pkg/net/multiplex): pieces with 4 bytes of connection id
/// and 4 of length in front, both big-endian. Two virtual threads of its own read and write the socket, so that an
/// interrupted caller never closes it. Whoever lets too much pile up, here or there, loses the trunk.
final class Trunk implements AutoCloseable {
    /// The plugin serves on it, the runtime calls.
    static final int PLUGIN = 1;
    /// The runtime serves on it, the plugin calls.
    static final int RUNTIME = 2;

    private static final int HEADER = 8;
    /// A frame of ttrpc at its largest.
    private static final int LARGEST = (4 << 20) + 10;

    private static final long MOST_WAITING = 4L * LARGEST;

    private final SocketChannel socket;
    private final Connection plugin = new Connection(PLUGIN);
    private final Connection runtime = new Connection(RUNTIME);
    private final LinkedBlockingQueue<ByteBuffer[]> outgoing = new LinkedBlockingQueue<>();
    private final AtomicLong waiting = new AtomicLong();
    private volatile boolean closed;

    /// Takes the connected socket over; reads only after [#start].
    Trunk(SocketChannel socket) {
        this.socket = socket;
    }

    void start(String name) {
        Thread.ofVirtual().name(name + "-in").start(this::read);
        Thread.ofVirtual().name(name + "-out").start(this::write);
    }

    Connection plugin() {
        return plugin;
    }

    Connection runtime() {
        return runtime;
    }

    private void read() {
        var header = ByteBuffer.allocate(HEADER);
        try {
            while (fill(header.clear())) {
                int id = header.flip().getInt();
                int length = header.getInt();
                if (length < 0 || length > LARGEST) {
                    throw new IOException("a piece of " + Integer.toUnsignedLong(length) + " bytes came");
                }
                var piece = ByteBuffer.allocate(length);
                if (!fill(piece)) {
                    throw new EOFException("closed in the middle of a piece");
                }
                switch (id) {
                    case PLUGIN -> plugin.take(piece.flip());
                    case RUNTIME -> runtime.take(piece.flip());
                    // nobody has opened it here: the reference drops these too
                    default -> {}
                }
            }
        } catch (IOException _) {
            // the connections end, which is all that can be said
        } finally {
            close();
        }
    }

    /// @return false at the end of the stream, when nothing was read
    private boolean fill(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (socket.read(buffer) < 0) {
                if (buffer.position() == 0) {
                    return false;
                }
                throw new EOFException("closed in the middle of a piece");
            }
        }
        return true;
    }

    private void write() {
        try {
            while (!closed) {
                var piece = outgoing.take();
                long size = piece[0].remaining() + (long) piece[1].remaining();
                while (piece[1].hasRemaining() || piece[0].hasRemaining()) {
                    socket.write(piece);
                }
                waiting.addAndGet(-size);
            }
        } catch (IOException | InterruptedException _) {
            // as when reading
        } finally {
            close();
        }
    }

    private void send(int connection, byte[] bytes, int offset, int length) throws IOException {
        for (int done = 0; done < length; ) {
            int size = Math.min(length - done, LARGEST);
            if (closed) {
                throw new IOException("the connection is closed");
            }
            if (waiting.addAndGet(HEADER + size) > MOST_WAITING) {
                close();
                throw new IOException("more than " + MOST_WAITING + " bytes wait to be read by the other end");
            }
            var header = ByteBuffer.allocate(HEADER).putInt(connection).putInt(size);
            var body = ByteBuffer.allocate(size).put(bytes, offset + done, size);
            outgoing.add(new ByteBuffer[] {header.flip(), body.flip()});
            done += size;
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            socket.close();
        } catch (IOException _) {
            // nothing can be done
        }
        plugin.end();
        runtime.end();
        // wakes the writer
        outgoing.add(new ByteBuffer[] {ByteBuffer.allocate(0), ByteBuffer.allocate(0)});
    }

    /// One of the two connections. Closing either end closes the trunk.
    final class Connection {
        private final int id;
        /// Guarded by this.
        private final java.util.ArrayDeque<ByteBuffer> incoming = new java.util.ArrayDeque<>();

        private long piled;
        private boolean ended;

        private Connection(int id) {
            this.id = id;
        }

        private synchronized void take(ByteBuffer piece) throws IOException {
            piled += piece.remaining();
            if (piled > MOST_WAITING) {
                throw new IOException("more than " + MOST_WAITING + " bytes wait to be read here");
            }
            incoming.add(piece);
            notifyAll();
        }

        private synchronized void end() {
            ended = true;
            notifyAll();
        }

        private synchronized int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            @Nullable ByteBuffer piece = incoming.peek();
            while (piece == null || !piece.hasRemaining()) {
                if (piece != null) {
                    incoming.remove();
                } else if (ended) {
                    return -1;
                } else {
                    try {
                        wait();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new IOException("reading was interrupted", e);
                    }
                }
                piece = incoming.peek();
            }
            int size = Math.min(length, piece.remaining());
            piece.get(into, offset, size);
            piled -= size;
            return size;
        }

        InputStream in() {
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    byte[] one = new byte[1];
                    return Connection.this.read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                }

                @Override
                public int read(byte[] into, int offset, int length) throws IOException {
                    return Connection.this.read(into, offset, length);
                }

                @Override
                public void close() {
                    Trunk.this.close();
                }
            };
        }

        /// Each call of `write` is a piece of its own.
        OutputStream out() {
            return new OutputStream() {
                @Override
                public void write(int one) throws IOException {
                    write(new byte[] {(byte) one}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    send(id, bytes, offset, length);
                }

                @Override
                public void close() {
                    Trunk.this.close();
                }
            };
        }
    }
}
