package io.crij.linux.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.linux.dbus.Property;
import io.crij.linux.dbus.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// With the systemd of this machine, by the bus and without it.
class RealSystemdTest {
    private final String slice = "crijtest" + UUID.randomUUID().toString().substring(0, 8) + ".slice";
    private final ScopeName scope = ScopeName.of(slice, "1");
    private Process process;

    @BeforeEach
    void processToPutThere() throws Exception {
        assumeTrue(Systemd.booted(), "systemd is not the first process of this machine");
        process = new ProcessBuilder("sleep", "1000").start();
    }

    @AfterEach
    void noProcess() throws Exception {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    private static Systemd systemd(boolean bus) {
        return new Systemd(
                List.of(new Systemd.Address(
                        Path.of(bus ? "/run/dbus/system_bus_socket" : "/run/systemd/private"), bus)),
                Systemd.Patience.USUAL);
    }

    private List<Property> properties() {
        return List.of(
                Property.text("Slice", slice),
                new Property("PIDs", new Value.Numbers(List.of((int) process.pid()))),
                Property.flag("Delegate", true),
                Property.text("CollectMode", "inactive-or-failed"),
                Property.number("TasksMax", 17));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aScopeComesAndChangesAndGoes(boolean bus) throws Exception {
        Path folder = Path.of("/sys/fs/cgroup" + scope.path());
        try (var systemd = systemd(bus)) {
            assertFalse(systemd.version().isEmpty());
            systemd.start(scope.unit(), properties());
            assertEquals(
                    "0::" + scope.path(),
                    Files.readString(Path.of("/proc/" + process.pid() + "/cgroup"))
                            .strip());
            assertEquals("17", Files.readString(folder.resolve("pids.max")).strip());
            assertEquals(Optional.of("active"), systemd.state(scope.unit()));
            assertTrue(systemd.implicit(slice));
            assertFalse(systemd.implicit(scope.unit()));

            systemd.set(scope.unit(), List.of(Property.number("TasksMax", 23)));
            assertEquals("23", Files.readString(folder.resolve("pids.max")).strip());

            var twice = assertThrows(SystemdException.class, () -> systemd.start(scope.unit(), properties()));
            assertEquals(SystemdException.Kind.EXISTS, twice.kind());

            systemd.stop(scope.unit());
            assertTrue(process.waitFor(60, java.util.concurrent.TimeUnit.SECONDS));
            systemd.stop(scope.unit());
            systemd.stop(slice);
            assertFalse(Files.exists(folder.getParent()));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatSystemdRefusesIsToldInItsWords(boolean bus) throws Exception {
        try (var systemd = systemd(bus)) {
            var e = assertThrows(
                    SystemdException.class,
                    () -> systemd.start(scope.unit(), List.of(Property.text("NoSuchProperty", "x"))));
            assertEquals(SystemdException.Kind.FAILED, e.kind());
            assertTrue(e.getMessage().contains("NoSuchProperty"), e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void callsGoOnWhileSystemdExecutesItselfAnew(boolean bus) throws Exception {
        try (var systemd = systemd(bus)) {
            systemd.start(scope.unit(), properties());
            var reexec =
                    new ProcessBuilder("systemctl", "daemon-reexec").inheritIO().start();
            for (long end = System.nanoTime() + Duration.ofSeconds(3).toNanos(); System.nanoTime() < end; ) {
                systemd.set(scope.unit(), List.of(Property.number("TasksMax", 29)));
            }
            assertEquals(0, reexec.waitFor());
            systemd.stop(scope.unit());
            assertEquals(Optional.empty(), systemd.state(scope.unit()));
            systemd.stop(slice);
        }
    }
}
