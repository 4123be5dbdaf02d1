package io.crij.server.streaming;

import io.crij.linux.ErrnoException;
import io.crij.linux.TcpSocket;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One forwarded connection: bytes both ways until both sides have ended. Its own thread writes to the port, one more
/// reads from it. That the port resets the connection ends this one and no other.
final class PortRelay {
    private static final Logger LOG = LoggerFactory.getLogger(PortRelay.class);
    private static final int BUFFER = 32 << 10;

    private final StreamSource source;
    private final Poller poller;
    private final PortClient client;
    private boolean over;

    PortRelay(StreamSource source, Poller poller, PortClient client) {
        this.source = source;
        this.poller = poller;
        this.client = client;
    }

    void run(String podId, int port) {
        var self = Thread.currentThread();
        client.onBroken(() -> giveUp(self));
        try {
            TcpSocket socket;
            try {
                socket = source.connect(podId, port, poller);
            } catch (IOException e) {
                LOG.info("port {} of pod {} is not forwarded: {}", port, podId, e.getMessage());
                client.refuseInput();
                client.fail("error forwarding port " + port + " to pod " + podId + ": " + e.getMessage());
                return;
            }
            relay(socket);
        } catch (ErrnoException e) {
            LOG.debug("a forwarded connection broke: {}", e.getMessage());
        } catch (ClientGone | InterruptedException e) {
            LOG.debug("the client of port {} of pod {} has gone", port, podId);
        } finally {
            finish();
        }
    }

    private synchronized void giveUp(Thread self) {
        if (!over) {
            self.interrupt();
        }
    }

    private void finish() {
        synchronized (this) {
            over = true;
            Thread.interrupted();
        }
        client.refuseInput();
        try {
            client.finish();
        } catch (ClientGone | InterruptedException e) {
            LOG.debug("nobody is there to be told of the end");
        }
    }

    private void relay(TcpSocket socket) throws ErrnoException, InterruptedException {
        try (PolledFd port = poller.watch(socket.fd())) {
            var reader = Thread.ofVirtual().name("port-out").start(() -> read(port));
            try {
                write(socket, port);
                reader.join();
            } finally {
                // it holds nothing but the descriptor, which is closed next
                reader.interrupt();
            }
        }
    }

    private void write(TcpSocket socket, PolledFd port) throws InterruptedException {
        try {
            for (ByteBuf bytes = client.input(); bytes != null; bytes = client.input()) {
                try {
                    port.write(direct(bytes));
                } finally {
                    bytes.release();
                }
            }
            socket.shutdownOutput();
        } catch (ErrnoException e) {
            LOG.debug("a forwarded port takes no more: {}", e.getMessage());
            client.refuseInput();
        }
    }

    static ByteBuffer direct(ByteBuf bytes) {
        if (bytes.isDirect() && bytes.nioBufferCount() == 1) {
            return bytes.nioBuffer();
        }
        return ByteBuffer.allocateDirect(bytes.readableBytes())
                .put(bytes.nioBuffer())
                .flip();
    }

    private void read(PolledFd port) {
        try {
            try {
                while (readOnce(port)) {
                    // until the end
                }
            } catch (ErrnoException e) {
                LOG.debug("a forwarded port broke the connection off: {}", e.getMessage());
                client.refuseInput();
            }
            client.endOutput();
        } catch (ClientGone | InterruptedException e) {
            client.refuseInput();
        }
    }

    private boolean readOnce(PolledFd port) throws ErrnoException, ClientGone, InterruptedException {
        port.awaitReadable();
        ByteBuf bytes = client.link().channel().alloc().directBuffer(BUFFER, BUFFER);
        try {
            var got = port.tryRead(bytes.internalNioBuffer(0, BUFFER));
            if (got.isEmpty() || got.get() == 0) {
                return got.isEmpty();
            }
            client.output(bytes.writerIndex(got.get()).retain());
            return true;
        } finally {
            bytes.release();
        }
    }
}
