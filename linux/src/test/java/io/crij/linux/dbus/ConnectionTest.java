package io.crij.linux.dbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(200);

    @TempDir
    private Path folder;

    private static Message.Call call(String member) {
        return new Message.Call("a.b", "/a", "a.b", member, "", null);
    }

    private Connection connect(FakeBus bus, Duration patience) throws Exception {
        return new Connection(bus.socket(), true, patience, _ -> {});
    }

    @Test
    void repliesComeToTheirCallers() throws Exception {
        try (var bus = new FakeBus(folder, (call, client) -> client.reply("s", new Marshal().text(call.member())));
                var connection = connect(bus, PATIENCE);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<Future<String>>();
            for (int i = 0; i < 50; i++) {
                String member = "M" + i;
                Callable<String> one =
                        () -> connection.call(call(member)).body("s").text();
                answers.add(threads.submit(one));
            }
            for (int i = 0; i < 50; i++) {
                assertEquals("M" + i, answers.get(i).get());
            }
        }
    }

    @Test
    void errorsSayWhatTheOtherSideSays() throws Exception {
        try (var bus = new FakeBus(folder, (_, client) -> client.error("a.b.Broken", "it is broken"));
                var connection = connect(bus, PATIENCE)) {
            var refused = assertThrows(DBusException.Refused.class, () -> connection.call(call("X")));
            assertEquals("a.b.Broken", refused.name());
            assertEquals("it is broken (a.b.Broken)", refused.getMessage());
            assertTrue(connection.open());
        }
    }

    @Test
    void silenceEndsTheConnection() throws Exception {
        try (var bus = new FakeBus(folder, (_, _) -> {});
                var connection = connect(bus, SHORT)) {
            var late = assertThrows(DBusException.TimedOut.class, () -> connection.call(call("X")));
            assertTrue(late.getMessage().contains("b.X"), late.getMessage());
            assertFalse(connection.open());
        }
    }

    @Test
    void hangingUpIsTold() throws Exception {
        try (var bus = new FakeBus(folder, (_, client) -> client.hangUp());
                var connection = connect(bus, PATIENCE)) {
            assertThrows(DBusException.Lost.class, () -> connection.call(call("X")));
            assertFalse(connection.open());
            assertThrows(DBusException.Lost.class, () -> connection.call(call("Y")));
        }
    }

    @Test
    void nonsenseEndsTheConnection() throws Exception {
        try (var bus = new FakeBus(folder, (_, client) -> client.raw("HTTP/1.1 400 Bad Request\r\n".getBytes()));
                var connection = connect(bus, PATIENCE)) {
            assertThrows(DBusException.Garbled.class, () -> connection.call(call("X")));
            assertFalse(connection.open());
        }
    }

    @Test
    void nobodyThereIsTold() {
        var lost = assertThrows(
                DBusException.Lost.class,
                () -> new Connection(folder.resolve("none"), true, PATIENCE, _ -> {}).close());
        assertTrue(lost.getMessage().contains("/none"), lost.getMessage());
    }

    @Test
    void silenceInsteadOfAGreetingIsTold() throws Exception {
        try (var bus = new FakeBus(folder.resolve("mute"), (_, _) -> {}, false)) {
            assertThrows(DBusException.TimedOut.class, () -> connect(bus, SHORT).close());
        }
    }

    @Test
    void anInterruptedCallerLeavesTheConnectionToTheOthers() throws Exception {
        try (var bus = new FakeBus(folder, (call, client) -> {
                    if (!call.member().equals("Never")) {
                        client.reply("", new Marshal());
                    }
                });
                var connection = connect(bus, PATIENCE)) {
            var waits = Thread.ofVirtual()
                    .start(() -> assertThrows(InterruptedException.class, () -> connection.call(call("Never"))));
            while (bus.calls.isEmpty()) {
                Thread.onSpinWait();
            }
            waits.interrupt();
            waits.join();
            connection.call(call("X"));
            assertTrue(connection.open());
        }
    }
}
