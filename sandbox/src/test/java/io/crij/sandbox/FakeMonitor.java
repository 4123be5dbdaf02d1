package io.crij.sandbox;

import io.crij.monitor.ContainerRequest;
import io.crij.monitor.ExecOutcome;
import io.crij.monitor.MonitorEvent;
import io.crij.monitor.MonitorException;
import io.crij.monitor.MonitorListener;
import io.crij.monitor.MonitorStream;
import io.crij.monitor.MonitoredContainer;
import io.crij.monitor.Subscription;
import io.crij.oci.runtime.ContainerState.Status;
import io.crij.oci.runtime.ExitStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/// A monitor without processes: it has states, sends events, and fails or hangs when told to.
final class FakeMonitor implements MonitorLink {
    private final Map<String, MonitoredContainer> containers = new LinkedHashMap<>();
    private final Map<String, ContainerRequest> requests = new LinkedHashMap<>();
    private final List<MonitorListener> listeners = new ArrayList<>();
    private final Set<Integer> ignored = new HashSet<>();
    private final List<String> calls = new ArrayList<>();
    private final Map<String, MonitorException> failures = new LinkedHashMap<>();
    final Map<String, OptionalInt> oomScores = new ConcurrentHashMap<>();
    private int pids = 100;
    volatile CountDownLatch createGate = new CountDownLatch(0);
    final CountDownLatch createEntered = new CountDownLatch(1);

    /// The next call of this verb fails.
    synchronized void failNext(String verb, MonitorException.Code code) {
        failures.put(verb, new MonitorException(code, verb + " failed for the test", 0));
    }

    synchronized void ignoreSignal(int signal) {
        ignored.add(signal);
    }

    /// `verb id` of each call, in order.
    synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    synchronized Set<String> ids() {
        return Set.copyOf(containers.keySet());
    }

    synchronized ContainerRequest request(String id) {
        return requests.get(id);
    }

    /// As after a reboot.
    synchronized void loseEverything() {
        containers.clear();
    }

    /// As when the connection broke: no listener hears of what comes.
    synchronized void dropListeners() {
        var ended = List.copyOf(listeners);
        listeners.clear();
        ended.forEach(listener ->
                listener.onEnd(new MonitorException(MonitorException.Code.CONNECTION_LOST, "broken for the test", 0)));
    }

    synchronized void deafen() {
        listeners.clear();
    }

    private void called(String verb, String id) throws MonitorException {
        calls.add(verb + " " + id);
        var failure = failures.remove(verb);
        if (failure != null) {
            throw failure;
        }
    }

    private MonitoredContainer known(String id) throws MonitorException {
        var container = containers.get(id);
        if (container == null) {
            throw new MonitorException(MonitorException.Code.NOT_FOUND, "container " + id + " does not exist", 0);
        }
        return container;
    }

    @Override
    public int create(ContainerRequest request) throws MonitorException, InterruptedException {
        createEntered.countDown();
        createGate.await();
        synchronized (this) {
            called("create", request.id());
            if (request.start()) {
                called("start", request.id());
            }
            requests.put(request.id(), request);
            containers.put(
                    request.id(),
                    new MonitoredContainer(
                            request.id(),
                            request.start() ? Status.RUNNING : Status.CREATED,
                            ++pids,
                            Instant.now(),
                            request.start() ? Instant.now() : null,
                            null,
                            false,
                            request.labels(),
                            request.handler(),
                            request.bundle(),
                            request.logPath()));
            return pids;
        }
    }

    @Override
    public synchronized void start(String id) throws MonitorException {
        called("start", id);
        var c = known(id);
        var running = with(c, Status.RUNNING, Instant.now(), null, false);
        containers.put(id, running);
        tell(new MonitorEvent.Started(running, Instant.now()));
    }

    @Override
    public synchronized void kill(String id, int signal, boolean all) throws MonitorException {
        calls.add("signal " + signal + " " + id);
        called("kill", id);
        if (known(id).status() == Status.STOPPED) {
            throw new MonitorException(MonitorException.Code.WRONG_STATE, "container " + id + " has stopped", 0);
        }
        if (!ignored.contains(signal)) {
            exit(id, 128 + signal, false);
        }
    }

    /// The process ends by itself.
    synchronized void exit(String id, int code, boolean oomKilled) {
        var stopped = with(
                containers.get(id),
                Status.STOPPED,
                containers.get(id).startedAt(),
                new ExitStatus(code, Instant.now()),
                oomKilled);
        containers.put(id, stopped);
        tell(new MonitorEvent.Exited(stopped, Instant.now()));
    }

    private static MonitoredContainer with(
            MonitoredContainer c, Status status, Instant startedAt, ExitStatus exit, boolean oomKilled) {
        return new MonitoredContainer(
                c.id(),
                status,
                c.pid(),
                c.createdAt(),
                startedAt,
                exit,
                oomKilled,
                c.labels(),
                c.handler(),
                c.bundle(),
                c.logPath());
    }

    private void tell(MonitorEvent event) {
        listeners.forEach(listener -> listener.on(event));
    }

    @Override
    public synchronized void delete(String id, boolean force) throws MonitorException {
        called("delete", id);
        var gone = containers.remove(id);
        if (gone != null && gone.status() != Status.STOPPED) {
            tell(new MonitorEvent.Exited(
                    with(gone, Status.STOPPED, gone.startedAt(), new ExitStatus(137, Instant.now()), false),
                    Instant.now()));
        }
    }

    @Override
    public synchronized MonitoredContainer state(String id) throws MonitorException {
        return known(id);
    }

    @Override
    public synchronized ExecOutcome execSync(String id, byte[] process, Duration timeout, long outputLimit)
            throws MonitorException {
        called("exec", id);
        return new ExecOutcome(process, "err".getBytes(StandardCharsets.UTF_8), 3, false);
    }

    @Override
    public MonitorStream exec(String id, byte[] process, boolean stdin) throws MonitorException {
        called("exec", id);
        throw new UnsupportedOperationException("this monitor has no streams");
    }

    @Override
    public MonitorStream attach(String id, boolean stdin, boolean stdout, boolean stderr) throws MonitorException {
        called("attach", id);
        throw new UnsupportedOperationException("this monitor has no streams");
    }

    @Override
    public synchronized void reopenLog(String id) throws MonitorException {
        called("reopen", id);
    }

    @Override
    public synchronized void update(String id, byte[] resources, OptionalInt oomScoreAdj) throws MonitorException {
        oomScores.put(id, oomScoreAdj);
        called("update", id);
    }

    @Override
    public synchronized Subscription subscribe(MonitorListener listener) {
        containers.values().forEach(container -> listener.on(new MonitorEvent.Current(container)));
        listener.on(new MonitorEvent.Synced());
        listeners.add(listener);
        return () -> {
            synchronized (this) {
                listeners.remove(listener);
            }
        };
    }
}
