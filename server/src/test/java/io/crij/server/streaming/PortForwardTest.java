package io.crij.server.streaming;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class PortForwardTest {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private ServerOfTest node;

    @BeforeEach
    void start() throws Exception {
        node = new ServerOfTest();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        try {
            node.untilNothingIsOpen();
        } finally {
            node.close();
            threads.shutdownNow();
        }
    }

    private interface Peer {
        void serve(Socket socket) throws IOException;
    }

    private ServerSocket listen(String address, Peer peer) throws IOException {
        var listener = new ServerSocket(0, 50, InetAddress.getByName(address));
        threads.execute(() -> {
            while (!listener.isClosed()) {
                try {
                    var socket = listener.accept();
                    threads.execute(() -> {
                        try (socket) {
                            peer.serve(socket);
                        } catch (IOException e) {
                            // the client has gone
                        }
                    });
                } catch (IOException e) {
                    return;
                }
            }
        });
        return listener;
    }

    private static void echo(Socket socket) throws IOException {
        socket.getInputStream().transferTo(socket.getOutputStream());
    }

    private SpdyClient spdy() throws Exception {
        var client = new SpdyClient(node.ports(), "portforward.k8s.io");
        assertEquals(101, client.answer().status().code());
        return client;
    }

    private static int[] connect(SpdyClient client, int port, String id) throws Exception {
        int error = client.open("error", "port", "" + port, "requestid", id);
        client.send(error, "", true);
        return new int[] {client.open("data", "port", "" + port, "requestid", id), error};
    }

    @Test
    void bytesGoBothWaysAndEnd() throws Exception {
        try (var service = listen("127.0.0.1", PortForwardTest::echo);
                var client = spdy()) {
            var streams = connect(client, service.getLocalPort(), "0");
            client.send(streams[0], "hello ", false);
            assertEquals("hello ", client.text(streams[0], 6));
            client.send(streams[0], "there", true);
            assertEquals("there", client.rest(streams[0]));
            assertEquals("", client.rest(streams[1]));
        }
    }

    @Test
    void ipv6IsTriedAfterIpv4() throws Exception {
        try (var service = listen("::1", PortForwardTest::echo);
                var client = spdy()) {
            var streams = connect(client, service.getLocalPort(), "0");
            client.send(streams[0], "six", true);
            assertEquals("six", client.rest(streams[0]));
        }
    }

    @Test
    void aClosedPortIsSaidAndTheSessionGoesOn() throws Exception {
        int closed;
        try (var gone = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            closed = gone.getLocalPort();
        }
        try (var service = listen("127.0.0.1", PortForwardTest::echo);
                var client = spdy()) {
            var refused = connect(client, closed, "0");
            var words = client.rest(refused[1]);
            assertTrue(words.contains("port " + closed) && words.contains("efused"), words);
            var streams = connect(client, service.getLocalPort(), "1");
            client.send(streams[0], "fine", true);
            assertEquals("fine", client.rest(streams[0]));
        }
    }

    @Test
    void aResetOfOneConnectionEndsNoOther() throws Exception {
        try (var service = listen("127.0.0.1", PortForwardTest::echo);
                var breaking = listen("127.0.0.1", socket -> {
                    socket.getInputStream().read();
                    socket.setSoLinger(true, 0);
                });
                var client = spdy()) {
            var healthy = connect(client, service.getLocalPort(), "a");
            client.send(healthy[0], "1", false);
            assertEquals("1", client.text(healthy[0], 1));
            var broken = connect(client, breaking.getLocalPort(), "b");
            client.send(broken[0], "x", false);
            assertEquals("", client.rest(broken[0]));
            assertEquals("", client.rest(broken[1]), "a reset is no failure of the session");
            client.send(healthy[0], "2", true);
            assertEquals("2", client.rest(healthy[0]));
        }
    }

    @Test
    void aClientMayBreakOneConnectionOff() throws Exception {
        try (var service = listen("127.0.0.1", PortForwardTest::echo);
                var client = spdy()) {
            var first = connect(client, service.getLocalPort(), "0");
            client.send(first[0], "1", false);
            assertEquals("1", client.text(first[0], 1));
            client.reset(first[0]);
            node.untilNothingIsOpen();
            var second = connect(client, service.getLocalPort(), "1");
            client.send(second[0], "2", true);
            assertEquals("2", client.rest(second[0]));
        }
    }

    @Test
    void manyConnectionsAtOnce() throws Exception {
        try (var service = listen("127.0.0.1", PortForwardTest::echo);
                var client = spdy()) {
            var all = new int[200][];
            for (int i = 0; i < all.length; i++) {
                all[i] = connect(client, service.getLocalPort(), "" + i);
                client.send(all[i][0], "number " + i, false);
            }
            for (int i = 0; i < all.length; i++) {
                client.send(all[i][0], "!", true);
                assertEquals("number " + i + "!", client.rest(all[i][0]));
            }
        }
    }

    @Test
    void streamsWithoutAnIdAreJoinedByTheirOrder() throws Exception {
        try (var service = listen("127.0.0.1", PortForwardTest::echo);
                var client = spdy()) {
            client.open("error", "port", "" + service.getLocalPort());
            int data = client.open("data", "port", "" + service.getLocalPort());
            client.send(data, "old", true);
            assertEquals("old", client.rest(data));
        }
    }

    @Test
    void strangeStreamsAreRefused() throws Exception {
        try (var client = spdy()) {
            for (var port : new String[] {"0", "65536", "-1", "x", "99999999999"}) {
                int stream = client.open("data", "port", port, "requestid", "1");
                assertEquals(SpdyClient.OPENED, client.next(stream), port);
                assertEquals(SpdyClient.RESET, client.next(stream), port);
            }
            int stream = client.open("stdin", "port", "80", "requestid", "1");
            assertEquals(SpdyClient.OPENED, client.next(stream));
            assertEquals(SpdyClient.RESET, client.next(stream));
        }
    }

    @Test
    void webSocketChannelsBeginWithThePort() throws Exception {
        try (var service = listen("127.0.0.1", socket -> {
                    socket.getInputStream().read();
                    socket.getOutputStream().write("pong".getBytes(StandardCharsets.UTF_8));
                });
                var client = new RawClient(node.port())) {
            int port = service.getLocalPort();
            assertTrue(client.upgrade(node.ports(port), "v4.channel.k8s.io").contains(" 101 "));
            for (int channel = 0; channel < 2; channel++) {
                var message = client.next().content();
                assertEquals(channel, message[0]);
                assertEquals(port, (message[1] & 0xFF) | (message[2] & 0xFF) << 8);
            }
            client.binary(0, "x");
            assertEquals("pong", client.until(0, 4));
            assertEquals(8, client.next().opcode());
        }
    }

    @Test
    void spdyGoesThroughAWebSocket() throws Exception {
        try (var client = new RawClient(node.port())) {
            var head = client.upgrade(node.ports(), WebSocketUpgrade.TUNNEL);
            assertTrue(head.contains(" 101 ") && head.contains(WebSocketUpgrade.TUNNEL), head);
            // PING, id 1, in two messages: control bit, version 3, type 6, no flags, four bytes
            client.frame(0x82, new byte[] {(byte) 0x80, 3, 0, 6, 0, 0});
            client.frame(0x82, new byte[] {0, 4, 0, 0, 0, 1});
            assertEquals(12, client.next().content().length);
        }
    }
}
