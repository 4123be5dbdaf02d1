package io.crij.server.streaming;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class WebSocketCommandTest {
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
        }
    }

    private RawClient connect(String protocol, String... command) throws Exception {
        var client = new RawClient(node.port());
        var head = client.upgrade(node.exec(command), protocol);
        assertTrue(head.startsWith("HTTP/1.1 101"), head);
        assertEquals(!protocol.isEmpty(), head.contains("websocket-protocol: " + protocol), head);
        return client;
    }

    @Test
    void outputAndStatusComeOnTheirChannels() throws Exception {
        try (var client = connect("v4.channel.k8s.io", "both", "3")) {
            assertEquals(
                    new String(new byte[] {1}, StandardCharsets.UTF_8),
                    new String(client.next().content()));
            var all = new String[] {"", "", "", "", ""};
            for (var message = client.next(); message.opcode() != 8; message = client.next()) {
                all[message.channel()] += message.text();
            }
            assertEquals("out", all[1]);
            assertEquals("err", all[2]);
            assertTrue(all[3].contains("\"NonZeroExitCode\"") && all[3].contains("\"message\":\"3\""), all[3]);
        }
    }

    @Test
    void inputEndsWithTheCloseSignalOfV5() throws Exception {
        try (var client = connect("v5.channel.k8s.io", "cat")) {
            client.binary(0, "hello ");
            client.binary(0, "there");
            client.frame(0x82, new byte[] {(byte) 255, 0});
            assertEquals("hello there", client.until(1, 11));
            assertTrue(client.until(3, 10).contains("Success"));
        }
    }

    @Test
    void aClientWithoutProtocolGetsPlainWords() throws Exception {
        try (var client = connect("", "both", "9")) {
            assertEquals("command terminated with non-zero exit code: exit code 9", client.until(3, 1000));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"base64.channel.k8s.io", "v4.base64.channel.k8s.io"})
    void base64IsSpokenToo(String protocol) throws Exception {
        try (var client = connect(protocol, "cat")) {
            client.frame(
                    0x81,
                    ("0" + Base64.getEncoder().encodeToString("ping".getBytes(StandardCharsets.UTF_8)))
                            .getBytes(StandardCharsets.UTF_8));
            for (var message = client.next(); ; message = client.next()) {
                if (message.content().length > 1) {
                    assertEquals('1', message.channel());
                    assertEquals(
                            "ping", new String(Base64.getDecoder().decode(message.text()), StandardCharsets.UTF_8));
                    break;
                }
            }
        }
    }

    @Test
    void fragmentsAreOneMessage() throws Exception {
        try (var client = connect("v5.channel.k8s.io", "cat")) {
            client.frame(0x02, "\0one ".getBytes(StandardCharsets.UTF_8));
            client.frame(0x00, "two ".getBytes(StandardCharsets.UTF_8));
            client.frame(0x89, new byte[0]); // a ping in between
            client.frame(0x80, "three".getBytes(StandardCharsets.UTF_8));
            client.frame(0x82, new byte[] {(byte) 255, 0});
            assertEquals("one two three", client.until(1, 13));
        }
    }

    @Test
    void wrongChannelsAreIgnored() throws Exception {
        try (var client = connect("v5.channel.k8s.io", "cat")) {
            client.binary(1, "no");
            client.binary(77, "no");
            client.binary(255, "\u0009");
            client.frame(0x82, new byte[0]);
            client.binary(4, "{\"Width\":99999,\"Height\":-5}");
            client.binary(0, "yes");
            client.frame(0x82, new byte[] {(byte) 255, 0});
            assertEquals("yes", client.until(1, 3));
            assertTrue(client.until(3, 10).contains("Success"));
        }
    }

    @Test
    void hugeFramesEndTheConnection() throws Exception {
        try (var client = connect("v4.channel.k8s.io", "cat")) {
            untilProcess();
            try {
                client.frame(0x82, new byte[(1 << 20) + 1]);
                assertTrue(client.ends());
            } catch (SocketException e) {
                // cut off before the frame was written whole
            }
        }
        assertTrue(node.source.processes.peek().closed.get());
    }

    @Test
    void garbageEndsTheConnection() throws Exception {
        try (var client = connect("v4.channel.k8s.io", "hang")) {
            untilProcess();
            client.send("\u007f\u007f\u007f\u007fgarbage");
            assertTrue(client.ends());
        }
        assertTrue(node.source.processes.peek().closed.get());
    }

    @Test
    void aClientThatVanishesTakesItsProcessAlong() throws Exception {
        try (var client = connect("v4.channel.k8s.io", "hang")) {
            untilProcess();
            client.socket.setSoLinger(true, 0);
        }
        assertTrue(node.source.processes.peek().closed.get());
    }

    @Test
    void aClientThatNeverReadsHoldsNoMemory() throws Exception {
        try (var client = connect("v4.channel.k8s.io", "flood")) {
            var process = untilProcess();
            // the process stands still when pipe, socket and our 128 KiB are full; then the client goes
            ServerOfTest.until(() -> !process.closed.isDone());
            Thread.sleep(500);
            assertFalse(process.closed.isDone());
        }
        assertTrue(node.source.processes.peek().closed.get());
    }

    private FakeSource.FakeProcess untilProcess() throws InterruptedException {
        ServerOfTest.until(() -> !node.source.processes.isEmpty());
        return node.source.processes.peek();
    }

    @Test
    void moreInputThanAProcessTakesWaitsAtTheClient() throws Exception {
        try (var client = connect("v4.channel.k8s.io", "hang")) {
            untilProcess();
            var sent = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 1000; i++) {
                        client.frame(0x82, new byte[256 << 10]);
                    }
                } catch (java.io.IOException e) {
                    // the connection was closed below
                }
            });
            assertFalse(sent.join(Duration.ofSeconds(2)), "256 MB were taken in");
        }
    }

    @Test
    void aLongOutputComesWhole() throws Exception {
        try (var client = connect("v4.channel.k8s.io", "bytes", "20000000")) {
            assertEquals(20_000_000, client.until(1, 20_000_000).length());
            assertTrue(client.until(3, 10).contains("Success"));
        }
    }

    @Test
    void whatDoesNotStartIsSaidOnTheErrorChannel() throws Exception {
        try (var client = connect("v4.channel.k8s.io", "missing")) {
            var status = client.until(3, 1000);
            assertTrue(status.contains("there is no program missing") && status.contains("InternalError"), status);
        }
    }

    @Test
    void anIdleConnectionIsClosed() throws Exception {
        try (var impatient = new ServerOfTest(Duration.ofMillis(300), ServerOfTest.LONG);
                var client = new RawClient(impatient.port())) {
            client.upgrade(impatient.exec("hang"), "v4.channel.k8s.io");
            assertTrue(client.ends());
            impatient.untilNothingIsOpen();
        }
    }
}
