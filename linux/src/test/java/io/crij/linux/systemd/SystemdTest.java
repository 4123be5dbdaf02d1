package io.crij.linux.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.dbus.FakeBus;
import io.crij.linux.dbus.Marshal;
import io.crij.linux.systemd.SystemdException.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemdTest {
    private static final String UNIT = "crij-test.scope";
    private static final String JOB = "/org/freedesktop/systemd1/job/1";
    private static final String NAME = "org.freedesktop.systemd1.";
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private Systemd systemd(FakeBus bus, Systemd.Patience patience) {
        return new Systemd(List.of(new Systemd.Address(bus.socket(), true)), patience);
    }

    private static Systemd.Patience patient() {
        return new Systemd.Patience(LONG, LONG, LONG, Duration.ofMillis(100));
    }

    @Test
    void startReturnsWhenTheJobIsDone() throws Exception {
        try (var bus = new FakeBus(folder, (call, client) -> {
                    // the signal may even come first
                    client.removed(JOB, UNIT, "done");
                    client.job(JOB);
                });
                var systemd = systemd(bus, patient())) {
            systemd.start(UNIT, List.of());
            assertEquals(List.of("AddMatch", "Subscribe", "StartTransientUnit"), bus.calls);
        }
    }

    @Test
    void jobsOfOthersAreNotOurs() throws Exception {
        try (var bus = new FakeBus(folder, (call, client) -> {
                    client.removed("/other", UNIT, "canceled");
                    client.removed(JOB, "other.scope", "failed");
                    client.job(JOB);
                    client.removed(JOB, UNIT, "done");
                });
                var systemd = systemd(bus, patient())) {
            systemd.start(UNIT, List.of());
        }
    }

    @Test
    void anotherResultIsAnErrorWithSystemdsWord() throws Exception {
        try (var bus = new FakeBus(folder, (call, client) -> {
                    client.job(JOB);
                    client.removed(JOB, UNIT, "dependency");
                });
                var systemd = systemd(bus, patient())) {
            var e = assertThrows(SystemdException.class, () -> systemd.start(UNIT, List.of()));
            assertEquals(Kind.FAILED, e.kind());
            assertTrue(e.getMessage().contains("'dependency'") && e.getMessage().contains(UNIT), e.getMessage());
        }
    }

    @Test
    void aLostSignalIsMadeUpForByTheState() throws Exception {
        var asked = new AtomicInteger();
        try (var bus = new FakeBus(folder, (call, client) -> {
                    switch (call.member()) {
                        case "StartTransientUnit" -> client.job(JOB);
                        case "GetUnit" -> client.job("/unit");
                        default -> client.value(asked.incrementAndGet() < 3 ? "activating" : "active");
                    }
                });
                var systemd = systemd(bus, patient())) {
            systemd.start(UNIT, List.of());
            assertEquals(3, asked.get());
        }
    }

    @Test
    void aJobThatDoesNotEndIsToldSo() throws Exception {
        try (var bus = new FakeBus(folder, (call, client) -> {
                    switch (call.member()) {
                        case "StartTransientUnit" -> client.job(JOB);
                        case "GetUnit" -> client.job("/unit");
                        default -> client.value("activating");
                    }
                });
                var systemd = systemd(bus, new Systemd.Patience(LONG, SHORT, LONG, Duration.ofMillis(20)))) {
            var e = assertThrows(SystemdException.class, () -> systemd.start(UNIT, List.of()));
            assertEquals(Kind.UNREACHABLE, e.kind());
            assertTrue(e.getMessage().contains("list-jobs"), e.getMessage());
        }
    }

    @Test
    void silenceIsAnErrorAndTheNextCallConnectsAnew() throws Exception {
        var calls = new AtomicInteger();
        try (var bus = new FakeBus(folder, (call, client) -> {
                    if (calls.incrementAndGet() > 1) {
                        client.value("252");
                    }
                });
                var systemd = systemd(bus, new Systemd.Patience(SHORT, LONG, LONG, LONG))) {
            var e = assertThrows(SystemdException.class, systemd::version);
            assertEquals(Kind.UNREACHABLE, e.kind());
            assertEquals("252", systemd.version());
        }
    }

    @Test
    void aBusThatWasRestartedIsConnectedToAnew() throws Exception {
        try (var bus = new FakeBus(folder, (_, client) -> client.value("252"));
                var systemd = systemd(bus, patient())) {
            assertEquals("252", systemd.version());
            bus.dropClients();
            assertEquals("252", systemd.version());
        }
    }

    @Test
    void systemdThatExecutesItselfAnewIsAwaited() throws Exception {
        var calls = new AtomicInteger();
        try (var bus = new FakeBus(folder, (call, client) -> {
                    if (calls.incrementAndGet() < 3) {
                        client.error("org.freedesktop.DBus.Error.NoReply", "it disconnected from the bus");
                    } else {
                        client.reply("", new Marshal());
                    }
                });
                var systemd = systemd(bus, patient())) {
            systemd.set(UNIT, List.of());
            assertEquals(3, calls.get());
        }
    }

    @Test
    void aStartWhoseAnswerWasLostIsFoundDone() throws Exception {
        var calls = new AtomicInteger();
        try (var bus = new FakeBus(folder, (call, client) -> {
                    switch (call.member()) {
                        case "StartTransientUnit" -> {
                            if (calls.incrementAndGet() == 1) {
                                client.hangUp();
                            } else {
                                client.error(NAME + "UnitExists", "Unit was already loaded");
                            }
                        }
                        case "GetUnit" -> client.job("/unit");
                        default -> client.value("active");
                    }
                });
                var systemd = systemd(bus, patient())) {
            systemd.start(UNIT, List.of());
            assertEquals(2, calls.get());
        }
    }

    @Test
    void aUnitOfAnotherIsNotTouched() throws Exception {
        try (var bus = new FakeBus(folder, (call, client) -> {
                    switch (call.member()) {
                        case "StartTransientUnit" -> client.error(NAME + "UnitExists", "Unit was already loaded");
                        case "GetUnit" -> client.job("/unit");
                        default -> client.value("active");
                    }
                });
                var systemd = systemd(bus, patient())) {
            var e = assertThrows(SystemdException.class, () -> systemd.start(UNIT, List.of()));
            assertEquals(Kind.EXISTS, e.kind());
        }
    }

    @Test
    void whatIsLeftOfOneThatFailedIsClearedAway() throws Exception {
        var cleared = new AtomicInteger();
        try (var bus = new FakeBus(folder, (call, client) -> {
                    switch (call.member()) {
                        case "StartTransientUnit" -> {
                            if (cleared.get() == 0) {
                                client.error(NAME + "UnitExists", "Unit was already loaded");
                            } else {
                                client.job(JOB);
                                client.removed(JOB, UNIT, "done");
                            }
                        }
                        case "ResetFailedUnit" -> {
                            cleared.incrementAndGet();
                            client.reply("", new Marshal());
                        }
                        case "GetUnit" -> client.job("/unit");
                        default -> client.value("failed");
                    }
                });
                var systemd = systemd(bus, patient())) {
            systemd.start(UNIT, List.of());
            assertEquals(1, cleared.get());
        }
    }

    @Test
    void stopOfWhatIsNotThereIsFine() throws Exception {
        try (var bus = new FakeBus(folder, (_, client) -> client.error(NAME + "NoSuchUnit", "not loaded"));
                var systemd = systemd(bus, patient())) {
            systemd.stop(UNIT);
            assertEquals(Optional.empty(), systemd.state(UNIT));
        }
    }

    @Test
    void aRefusalIsToldInSystemdsWords() throws Exception {
        try (var bus = new FakeBus(
                        folder,
                        (_, client) -> client.error("org.freedesktop.DBus.Error.InvalidArgs", "Value out of range"));
                var systemd = systemd(bus, patient())) {
            var e = assertThrows(SystemdException.class, () -> systemd.set(UNIT, List.of()));
            assertEquals(Kind.FAILED, e.kind());
            assertTrue(e.getMessage().contains("Value out of range"), e.getMessage());
        }
    }

    @Test
    void nobodyThereIsToldWithAllPlaces() throws Exception {
        var none = new Systemd(
                List.of(
                        new Systemd.Address(folder.resolve("bus"), true),
                        new Systemd.Address(folder.resolve("private"), false)),
                new Systemd.Patience(LONG, LONG, SHORT, LONG));
        var e = assertThrows(SystemdException.class, none::version);
        assertEquals(Kind.UNREACHABLE, e.kind());
        assertTrue(e.getMessage().contains("/bus") && e.getMessage().contains("/private"), e.getMessage());
    }

    @Test
    void withoutABusSystemdItselfIsAsked() throws Exception {
        try (var direct = new FakeBus(folder, (_, client) -> client.value("252"));
                var systemd = new Systemd(
                        List.of(
                                new Systemd.Address(folder.resolve("none"), true),
                                new Systemd.Address(direct.socket(), false)),
                        patient())) {
            assertEquals("252", systemd.version());
            assertEquals(List.of("Get"), direct.calls);
        }
    }
}
