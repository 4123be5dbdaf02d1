package io.crij.shim;

import com.google.protobuf.MessageLite;
import io.crij.ttrpc.TtrpcClient;
import io.crij.ttrpc.TtrpcException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/// A connection to a shim, which all containers behind it share. Thread-safe.
final class ShimLink implements AutoCloseable {
    private final ShimAddress address;
    private final TtrpcClient client;
    private volatile boolean ended;

    private ShimLink(ShimAddress address, SocketChannel channel, Runnable onEnd) {
        this.address = address;
        var streams = new SocketStreams("shim-write", channel);
        client = new TtrpcClient("shim-read", streams.in(), streams.out(), () -> {
            ended = true;
            onEnd.run();
        });
    }

    /// @param onEnd called once when it has ended; must not block
    /// @throws IOException when nobody serves there
    static ShimLink open(ShimAddress address, Runnable onEnd) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(address.socket()));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return new ShimLink(address, channel, onEnd);
    }

    boolean ended() {
        return ended;
    }

    /// @param timeout zero: none
    byte[] call(String method, MessageLite request, Duration timeout) throws TtrpcException, InterruptedException {
        try {
            return client.call(address.taskService(), method, request.toByteArray(), timeout);
        } catch (TtrpcException.Closed e) {
            // whoever asks for a connection next needs another one, also before the reader has told
            ended = true;
            throw e;
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
