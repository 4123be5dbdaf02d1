package io.crij.shim;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// The two directions of a connection as streams. A thread of its own writes, since an interrupt of whoever has
/// something to say would close the channel under all others. What was written last may be lost when the connection
/// ends: who wants to know waits for an answer.
final class SocketStreams {
    private static final byte[] END = {};

    private final SocketChannel channel;
    private final BlockingQueue<byte[]> outgoing = new LinkedBlockingQueue<>();

    /// @param name of the thread that writes
    SocketStreams(String name, SocketChannel channel) {
        this.channel = channel;
        Thread.ofVirtual().name(name).start(this::writeAll);
    }

    private void writeAll() {
        try {
            for (byte[] next = outgoing.take(); next.length > 0; next = outgoing.take()) {
                ByteBuffer bytes = ByteBuffer.wrap(next);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // whoever reads notices it too
        } finally {
            close();
        }
    }

    private void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // it is gone either way
        }
    }

    InputStream in() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] target, int from, int length) throws IOException {
                return length == 0 ? 0 : channel.read(ByteBuffer.wrap(target, from, length));
            }

            @Override
            public void close() {
                SocketStreams.this.close();
            }
        };
    }

    OutputStream out() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] source, int from, int length) throws IOException {
                if (!channel.isOpen()) {
                    throw new IOException("the connection is closed");
                }
                if (length > 0) {
                    outgoing.add(Arrays.copyOfRange(source, from, from + length));
                }
            }

            @Override
            public void close() {
                outgoing.add(END);
                SocketStreams.this.close();
            }
        };
    }
}
