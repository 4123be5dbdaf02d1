package io.crij.server.streaming;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class UpgradeTest {
    private ServerOfTest node;

    @BeforeEach
    void start() throws Exception {
        node = new ServerOfTest();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private String ask(String path, String... headers) throws Exception {
        try (var client = new RawClient(node.port())) {
            return client.request(path, headers).lines().findFirst().orElse("");
        }
    }

    private static String[] webSocket(String protocol) {
        return new String[] {
            "Connection: keep-alive, Upgrade",
            "Upgrade: WebSocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Protocol: " + protocol
        };
    }

    @Test
    void aTokenServesOneClient() throws Exception {
        var path = ServerOfTest.path(node.exec("both", "0"));
        assertTrue(ask(path, webSocket("v4.channel.k8s.io")).contains("101"));
        assertTrue(ask(path, webSocket("v4.channel.k8s.io")).contains("404"));
    }

    @Test
    void aForgedTokenTellsNothing() throws Exception {
        for (var path : List.of("/exec/" + "a".repeat(43), "/exec/", "/", "/exec", "/nothing/x", "/exec/a/b")) {
            assertTrue(ask(path, webSocket("v4.channel.k8s.io")).contains("404"), path);
        }
    }

    @Test
    void aTokenOfAnotherKindIsNone() throws Exception {
        var path = ServerOfTest.path(node.exec("both", "0")).replace("/exec/", "/attach/");
        assertTrue(ask(path, webSocket("v4.channel.k8s.io")).contains("404"));
    }

    @Test
    void whatIsNoUpgradeIsRefused() throws Exception {
        assertTrue(ask(ServerOfTest.path(node.exec("both", "0"))).contains("400"));
        assertTrue(ask(ServerOfTest.path(node.exec("both", "0")), "Connection: Upgrade", "Upgrade: h2c")
                .contains("400"));
    }

    @Test
    void unknownProtocolsAreRefused() throws Exception {
        assertTrue(ask(ServerOfTest.path(node.exec("both", "0")), webSocket("v9.channel.k8s.io"))
                .contains("403"));
        assertTrue(ask(
                        ServerOfTest.path(node.exec("both", "0")),
                        "Connection: Upgrade",
                        "Upgrade: SPDY/3.1",
                        "X-Stream-Protocol-Version: v9.channel.k8s.io")
                .contains("403"));
    }

    @Test
    void aContainerThatHasGoneIsNotFound() throws Exception {
        var path = ServerOfTest.path(node.exec("both", "0"));
        node.source.obstacle = "container c is not running";
        assertTrue(ask(path, webSocket("v4.channel.k8s.io")).contains("404"));
    }

    @Test
    void garbageIsRefused() throws Exception {
        try (var client = new RawClient(node.port())) {
            client.send("\0\1\2\3 nothing of this is HTTP\r\n\r\n");
            client.ends();
        }
        try (var client = new RawClient(node.port())) {
            client.send("GET /" + "x".repeat(100_000) + " HTTP/1.1\r\n\r\n");
            assertTrue(client.ends());
        }
    }

    @Test
    void aSlowRequestIsCutOff() throws Exception {
        try (var impatient = new ServerOfTest(ServerOfTest.LONG, Duration.ofMillis(300));
                var client = new RawClient(impatient.port())) {
            client.send("GET /exec/x HTTP/1.1\r\nHost:");
            assertTrue(client.ends());
        }
    }

    @Test
    void manyWhoSayNothingAreBounded() throws Exception {
        var idle = new ArrayList<RawClient>();
        try {
            for (int i = 0; i < 200; i++) {
                idle.add(new RawClient(node.port()));
            }
            var last = idle.getLast();
            assertTrue(last.ends());
            idle.getFirst().socket.setSoTimeout(200);
            var first = idle.getFirst();
            assertFalse(ended(first));
        } finally {
            for (var client : idle) {
                client.close();
            }
        }
        // and when they have gone there is room again
        ServerOfTest.until(() -> {
            try {
                return ask(ServerOfTest.path(node.exec("both", "0")), webSocket("v4.channel.k8s.io"))
                        .contains("101");
            } catch (Exception e) {
                return false;
            }
        });
    }

    private static boolean ended(RawClient client) throws Exception {
        try {
            return client.ends();
        } catch (java.net.SocketTimeoutException e) {
            return false;
        }
    }
}
