package io.crij.server.streaming;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class SpdyCommandTest {
    private static final String V4 = "v4.channel.k8s.io";

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

    @Test
    void theBestCommonVersionIsChosen() throws Exception {
        try (var client = new SpdyClient(node.exec("both", "0"), "v9.channel.k8s.io", V4, "v2.channel.k8s.io")) {
            assertEquals(101, client.answer().status().code());
            assertEquals(V4, client.answer().headers().get("X-Stream-Protocol-Version"));
        }
    }

    @Test
    void aClientThatNamesNoVersionIsServed() throws Exception {
        try (var client = new SpdyClient(node.exec("both", "7"))) {
            assertEquals(101, client.answer().status().code());
            assertNull(client.answer().headers().get("X-Stream-Protocol-Version"));
            int error = client.open("error");
            client.open("stdin");
            int out = client.open("stdout");
            int err = client.open("stderr");
            assertEquals("out", client.rest(out));
            assertEquals("err", client.rest(err));
            assertEquals("command terminated with non-zero exit code: exit code 7", client.rest(error));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"channel.k8s.io", "v2.channel.k8s.io", "v3.channel.k8s.io", V4})
    void inputEndsWithItsStream(String version) throws Exception {
        try (var client = new SpdyClient(node.exec("cat"), version)) {
            client.answer();
            int error = client.open("error");
            int in = client.open("stdin");
            int out = client.open("stdout");
            client.open("stderr");
            client.send(in, "hello ", false);
            client.send(in, "there", true);
            assertEquals("hello there", client.rest(out));
            assertEquals(version.equals(V4), client.rest(error).contains("Success"));
        }
    }

    @Test
    void pingsAreAnswered() throws Exception {
        try (var client = new SpdyClient(node.exec("hang"), V4)) {
            client.answer();
            client.ping(5);
            assertEquals(5, client.pings.take());
        }
    }

    @Test
    void strangeStreamsAreRefused() throws Exception {
        try (var client = new SpdyClient(node.exec("cat"), V4)) {
            client.answer();
            client.open("error");
            for (var type : new String[] {"error", "resize", "nonsense", ""}) {
                int stream = client.open(type);
                assertEquals(SpdyClient.OPENED, client.next(stream), type);
                assertEquals(SpdyClient.RESET, client.next(stream), type);
            }
            int in = client.open("stdin");
            int out = client.open("stdout");
            client.open("stderr");
            client.send(in, "still works", true);
            assertEquals("still works", client.rest(out));
        }
    }

    @Test
    void dataForNoStreamIsRefused() throws Exception {
        try (var client = new SpdyClient(node.exec("cat"), V4)) {
            client.answer();
            client.send(99, "nobody", false);
            assertEquals(SpdyClient.RESET, client.next(99));
        }
    }

    @Test
    void aLongOutputComesWhole() throws Exception {
        try (var client = new SpdyClient(node.exec("bytes", "20000000"), V4)) {
            client.answer();
            int error = client.open("error");
            client.open("stdin");
            int out = client.open("stdout");
            client.open("stderr");
            assertEquals(20_000_000, client.rest(out).length());
            assertTrue(client.rest(error).contains("Success"));
        }
    }

    @Test
    void aClientThatVanishesTakesItsProcessAlong() throws Exception {
        try (var client = new SpdyClient(node.exec("hang"), V4)) {
            client.answer();
            for (var type : new String[] {"error", "stdin", "stdout", "stderr"}) {
                client.open(type);
            }
            ServerOfTest.until(() -> !node.source.processes.isEmpty());
        }
        assertTrue(node.source.processes.peek().closed.get());
    }

    @Test
    void withoutAllStreamsNothingBegins() throws Exception {
        try (var client = new SpdyClient(node.exec("both", "0"), V4)) {
            client.answer();
            client.open("error");
            int in = client.open("stdin");
            assertEquals(SpdyClient.OPENED, client.next(in));
            assertTrue(node.source.processes.isEmpty());
        }
    }
}
