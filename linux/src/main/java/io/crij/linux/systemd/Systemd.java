package io.crij.linux.systemd;

import io.crij.linux.dbus.Connection;
import io.crij.linux.dbus.DBusException;
import io.crij.linux.dbus.Marshal;
import io.crij.linux.dbus.Message;
import io.crij.linux.dbus.Property;
import io.crij.linux.systemd.SystemdException.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// systemd's manager (org.freedesktop.systemd1(5)): transient units, their properties, their end. Connects when it is
/// first needed, and anew when the connection has broken; so a restart of dbus-daemon or of systemd itself costs at
/// most the wait of one call. Thread-safe.
public final class Systemd implements AutoCloseable {
    static final String NAME = "org.freedesktop.systemd1";
    private static final String PATH = "/org/freedesktop/systemd1";
    private static final String MANAGER = NAME + ".Manager";
    private static final String PROPERTIES = "org.freedesktop.DBus.Properties";
    private static final String UNIT = NAME + ".Unit";
    private static final Duration PAUSE = Duration.ofMillis(100);

    /// What the other side says while systemd executes itself anew, or has not come up yet.
    private static final Set<String> AWAY = Set.of(
            "org.freedesktop.DBus.Error.NoReply",
            "org.freedesktop.DBus.Error.Disconnected",
            "org.freedesktop.DBus.Error.NameHasNoOwner",
            "org.freedesktop.DBus.Error.ServiceUnknown",
            "org.freedesktop.DBus.Error.TimedOut",
            "org.freedesktop.DBus.Error.Timeout");

    private static final Set<String> GONE = Set.of(NAME + ".NoSuchUnit", "org.freedesktop.DBus.Error.UnknownObject");

    private final List<Address> addresses;
    private final Patience patience;
    private final Set<JobWatch> watches = ConcurrentHashMap.newKeySet();
    private @Nullable Connection connection;
    private @Nullable DBusException failure;
    private long failedAt;

    /// @param bus whether a bus is there, or systemd itself
    record Address(Path socket, boolean bus) {}

    /// @param answer with one answer of the bus
    /// @param job with a job of systemd's
    /// @param away with a systemd that is being executed anew, or a bus that is restarted
    /// @param look how long a job's signal may be away before the unit is looked at: a signal can be lost
    record Patience(Duration answer, Duration job, Duration away, Duration look) {
        static final Patience USUAL = new Patience(
                Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofSeconds(10), Duration.ofSeconds(1));
    }

    /// This machine's: by the system's bus; where that is not up, by the socket that systemd keeps for root.
    public Systemd() {
        this(
                List.of(
                        new Address(Path.of("/run/dbus/system_bus_socket"), true),
                        new Address(Path.of("/run/systemd/private"), false)),
                Patience.USUAL);
    }

    Systemd(List<Address> addresses, Patience patience) {
        this.addresses = List.copyOf(addresses);
        this.patience = patience;
    }

    /// Whether systemd is this machine's first process (sd_booted(3)).
    public static boolean booted() {
        return Files.isDirectory(Path.of("/run/systemd/system"));
    }

    /// Makes and starts a unit that has no file; returns when it runs.
    ///
    /// @param properties its own and those that only a start takes, such as `PIDs`
    public void start(String unit, List<Property> properties) throws SystemdException, InterruptedException {
        try (var watch = watch(unit)) {
            // after an answer that was lost, a unit of that name is the one that was asked for
            var again = new AtomicBoolean();
            retry("start " + unit, () -> {
                try {
                    start(unit, properties, watch);
                } catch (DBusException.Refused e) {
                    if (!e.name().equals(NAME + ".UnitExists")) {
                        throw e;
                    }
                    if (again.get()) {
                        watch.awaitState("active");
                    } else if (resetFailed(unit)) {
                        start(unit, properties, watch);
                    } else {
                        throw new SystemdException(
                                Kind.EXISTS,
                                "cannot start " + unit
                                        + ": systemd has a unit of that name already; see systemctl status " + unit,
                                e);
                    }
                } finally {
                    again.set(true);
                }
                return true;
            });
        }
    }

    private void start(String unit, List<Property> properties, JobWatch watch)
            throws DBusException, SystemdException, InterruptedException {
        // "fail": do not touch a job that somebody else has for a unit of that name
        var body = new Marshal().text(unit).text("fail").properties(properties).noUnits();
        watch.await(manager("StartTransientUnit", "ssa(sv)a(sa(sv))", body), "active");
    }

    /// Ends a unit and waits until it has ended; one that is not there is fine.
    public void stop(String unit) throws SystemdException, InterruptedException {
        try (var watch = watch(unit)) {
            retry("stop " + unit, () -> {
                try {
                    var body = new Marshal().text(unit).text("replace");
                    watch.await(manager("StopUnit", "ss", body), "inactive");
                } catch (DBusException.Refused e) {
                    if (!GONE.contains(e.name())) {
                        throw e;
                    }
                }
                return true;
            });
        }
    }

    /// Changes properties of a unit that runs, until it ends or the machine does.
    public void set(String unit, List<Property> properties) throws SystemdException, InterruptedException {
        retry("change " + unit, () -> {
            var body = new Marshal().text(unit).bool(true).properties(properties);
            return manager("SetUnitProperties", "sba(sv)", body);
        });
    }

    /// What state a unit is in, as `active`; empty when there is none of that name.
    public Optional<String> state(String unit) throws SystemdException, InterruptedException {
        return retry("ask for the state of " + unit, () -> unitText(unit, "ActiveState"));
    }

    /// systemd's version, as `252.39-1~deb12u2`: whether it answers at all.
    public String version() throws SystemdException, InterruptedException {
        return retry("ask for its version", () -> textProperty(PATH, MANAGER, "Version"));
    }

    /// Whether nobody wrote this unit or asked for it by name: it exists since another is in it.
    public boolean implicit(String unit) throws SystemdException, InterruptedException {
        return retry(
                "ask where " + unit + " comes from",
                () -> unitText(unit, "LoadState").isPresent()
                        && textProperty(UnitName.objectPath(unit), UNIT, "FragmentPath")
                                .isEmpty());
    }

    /// True when one was there that had failed.
    private boolean resetFailed(String unit) throws DBusException, InterruptedException {
        if (!unitText(unit, "ActiveState").equals(Optional.of("failed"))) {
            return false;
        }
        manager("ResetFailedUnit", "s", new Marshal().text(unit));
        return true;
    }

    /// One property of a unit that exists; systemd makes up what it says of one that does not.
    Optional<String> unitText(String unit, String property) throws DBusException, InterruptedException {
        try {
            manager("GetUnit", "s", new Marshal().text(unit));
            return Optional.of(textProperty(UnitName.objectPath(unit), UNIT, property));
        } catch (DBusException.Refused e) {
            if (GONE.contains(e.name())) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private String textProperty(String path, String type, String property) throws DBusException, InterruptedException {
        var body = new Marshal().text(type).text(property);
        var call = new Message.Call(NAME, path, PROPERTIES, "Get", "ss", body);
        return connection().call(call).body("v").textVariant();
    }

    private Message manager(String member, String signature, Marshal body) throws DBusException, InterruptedException {
        return connection().call(new Message.Call(NAME, PATH, MANAGER, member, signature, body));
    }

    private JobWatch watch(String unit) {
        var watch = new JobWatch(this, unit, patience, watches::remove);
        watches.add(watch);
        return watch;
    }

    private interface Attempt<T> {
        T run() throws DBusException, SystemdException, InterruptedException;
    }

    /// For what may be repeated.
    private <T> T retry(String what, Attempt<T> attempt) throws SystemdException, InterruptedException {
        long deadline = System.nanoTime() + patience.away().toNanos();
        while (true) {
            try {
                return attempt.run();
            } catch (DBusException.Refused e) {
                if (!AWAY.contains(e.name()) || System.nanoTime() > deadline) {
                    throw failed(what, e);
                }
            } catch (DBusException.Lost e) {
                if (System.nanoTime() > deadline) {
                    throw failed(what, e);
                }
            } catch (DBusException e) {
                throw failed(what, e);
            }
            Thread.sleep(PAUSE);
        }
    }

    private static SystemdException failed(String what, DBusException e) {
        String message = "cannot have systemd " + what + ": " + e.getMessage();
        return switch (e) {
            case DBusException.Refused refused
            when !AWAY.contains(refused.name()) -> new SystemdException(Kind.FAILED, message, e);
            case DBusException.Refused _, DBusException.Lost _, DBusException.TimedOut _, DBusException.Garbled _ ->
                new SystemdException(
                        Kind.UNREACHABLE,
                        message + "; does it answer? Ask it: systemctl status, systemctl status dbus",
                        e);
        };
    }

    private Connection connection() throws DBusException, InterruptedException {
        long asked = System.nanoTime();
        synchronized (this) {
            if (connection != null && connection.open()) {
                return connection;
            }
            connection = null;
            // who waited for the lock has waited long enough for a bus that does not answer
            @Nullable DBusException before = failure;
            if (before != null && failedAt - asked > 0) {
                throw new DBusException.Lost(String.valueOf(before.getMessage()), before);
            }
            try {
                connection = connectAnywhere();
                return connection;
            } catch (DBusException e) {
                failure = e;
                failedAt = System.nanoTime();
                throw e;
            }
        }
    }

    private Connection connectAnywhere() throws DBusException, InterruptedException {
        var problems = new StringBuilder();
        for (Address address : addresses) {
            try {
                return connect(address);
            } catch (DBusException.Lost e) {
                problems.append(problems.isEmpty() ? "" : "; ").append(e.getMessage());
            }
        }
        throw new DBusException.Lost(problems.toString());
    }

    private Connection connect(Address address) throws DBusException, InterruptedException {
        var fresh = new Connection(
                address.socket(),
                address.bus(),
                patience.answer(),
                signal -> watches.forEach(watch -> watch.hear(signal)));
        try {
            if (address.bus()) {
                fresh.match("type='signal',sender='" + NAME + "',path='" + PATH + "',interface='" + MANAGER
                        + "',member='JobRemoved'");
                fresh.call(new Message.Call(NAME, PATH, MANAGER, "Subscribe", "", null));
            }
            return fresh;
        } catch (DBusException | InterruptedException e) {
            fresh.close();
            throw e;
        }
    }

    @Override
    public synchronized void close() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
