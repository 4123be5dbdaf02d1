package io.crij.sandbox;

import io.crij.monitor.ContainerRequest;
import io.crij.monitor.ExecOutcome;
import io.crij.monitor.MonitorClient;
import io.crij.monitor.MonitorException;
import io.crij.monitor.MonitorListener;
import io.crij.monitor.MonitorStream;
import io.crij.monitor.MonitoredContainer;
import io.crij.monitor.Subscription;
import java.time.Duration;
import java.util.OptionalInt;

/// What this module asks of the monitor; [MonitorClient] says what each verb means. The tests have a monitor of their
/// own behind it.
interface MonitorLink {
    /// @return pid of the waiting process
    int create(ContainerRequest request) throws MonitorException, InterruptedException;

    void start(String id) throws MonitorException, InterruptedException;

    void kill(String id, int signal, boolean all) throws MonitorException, InterruptedException;

    void delete(String id, boolean force) throws MonitorException, InterruptedException;

    MonitoredContainer state(String id) throws MonitorException, InterruptedException;

    ExecOutcome execSync(String id, byte[] process, Duration timeout, long outputLimit)
            throws MonitorException, InterruptedException;

    MonitorStream exec(String id, byte[] process, boolean stdin) throws MonitorException, InterruptedException;

    MonitorStream attach(String id, boolean stdin, boolean stdout, boolean stderr)
            throws MonitorException, InterruptedException;

    void reopenLog(String id) throws MonitorException, InterruptedException;

    void update(String id, byte[] resources, OptionalInt oomScoreAdj) throws MonitorException, InterruptedException;

    Subscription subscribe(MonitorListener listener) throws MonitorException;

    /// The real one.
    record Client(MonitorClient client) implements MonitorLink {
        @Override
        public int create(ContainerRequest request) throws MonitorException, InterruptedException {
            return client.create(request).pid();
        }

        @Override
        public void start(String id) throws MonitorException, InterruptedException {
            client.start(id);
        }

        @Override
        public void kill(String id, int signal, boolean all) throws MonitorException, InterruptedException {
            client.kill(id, signal, all);
        }

        @Override
        public void delete(String id, boolean force) throws MonitorException, InterruptedException {
            client.delete(id, force);
        }

        @Override
        public MonitoredContainer state(String id) throws MonitorException, InterruptedException {
            return client.state(id);
        }

        @Override
        public ExecOutcome execSync(String id, byte[] process, Duration timeout, long outputLimit)
                throws MonitorException, InterruptedException {
            return client.execSync(id, process, timeout, outputLimit);
        }

        @Override
        public MonitorStream exec(String id, byte[] process, boolean stdin)
                throws MonitorException, InterruptedException {
            return client.exec(id, process, stdin);
        }

        @Override
        public MonitorStream attach(String id, boolean stdin, boolean stdout, boolean stderr)
                throws MonitorException, InterruptedException {
            return client.attach(id, stdin, stdout, stderr);
        }

        @Override
        public void reopenLog(String id) throws MonitorException, InterruptedException {
            client.reopenLog(id);
        }

        @Override
        public void update(String id, byte[] resources, OptionalInt oomScoreAdj)
                throws MonitorException, InterruptedException {
            client.update(id, resources, oomScoreAdj);
        }

        @Override
        public Subscription subscribe(MonitorListener listener) throws MonitorException {
            return client.subscribe(listener);
        }
    }
}
