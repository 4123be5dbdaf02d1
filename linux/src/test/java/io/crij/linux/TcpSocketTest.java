package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TcpSocketTest {
    private static void connect(TcpSocket socket, String address, int port) throws Exception {
        if (!socket.connect(InetAddress.getByName(address), port)) {
            try (var epoll = new Epoll()) {
                epoll.add(socket.fd(), Epoll.OUT, 0);
                epoll.await(Duration.ofSeconds(20), (token, events) -> {});
            }
            socket.finishConnect();
        }
    }

    private static TcpSocket open(String address) throws ErrnoException {
        return TcpSocket.open(address.contains(":") ? TcpSocket.AF_INET6 : TcpSocket.AF_INET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void connectsSendsAndEnds(String address) throws Exception {
        try (var listener = new ServerSocket(0, 1, InetAddress.getByName(address));
                var socket = open(address)) {
            socket.noDelay();
            connect(socket, address, listener.getLocalPort());
            socket.fd().write("hello".getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            try (var accepted = listener.accept()) {
                assertEquals("hello", new String(accepted.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void whereNobodyListensItIsRefused() throws Exception {
        int port;
        try (var gone = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = gone.getLocalPort();
        }
        try (var socket = open("127.0.0.1")) {
            var e = assertThrows(ErrnoException.class, () -> connect(socket, "127.0.0.1", port));
            assertEquals(Errno.ECONNREFUSED, e.errno());
        }
    }
}
