package io.crij.linux.systemd;

import io.crij.linux.dbus.DBusException;
import io.crij.linux.dbus.Message;
import io.crij.linux.systemd.SystemdException.Kind;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Waits for the end of jobs of one unit. It listens before the job is asked for, since the signal of its end may come
/// right behind the answer; and it looks at the unit when the signal does not come: one is lost when the bus or
/// systemd was restarted meanwhile.
final class JobWatch implements AutoCloseable {
    private final Systemd systemd;
    private final String unit;
    private final Systemd.Patience patience;
    private final Consumer<JobWatch> forget;
    private final BlockingQueue<Removed> removed = new LinkedBlockingQueue<>();

    private record Removed(String job, String result) {}

    JobWatch(Systemd systemd, String unit, Systemd.Patience patience, Consumer<JobWatch> forget) {
        this.systemd = systemd;
        this.unit = unit;
        this.patience = patience;
        this.forget = forget;
    }

    /// `JobRemoved(u id, o job, s unit, s result)`; on the thread that reads the connection.
    void hear(Message signal) {
        if (!signal.member().equals("JobRemoved")) {
            return;
        }
        try {
            var body = signal.body("uoss");
            body.u32();
            String job = body.text();
            if (body.text().equals(unit)) {
                removed.add(new Removed(job, body.text()));
            }
        } catch (DBusException.Garbled _) {
            // a signal that nobody understands is one that did not come
        }
    }

    /// @param answer to the call that made the job: its path
    /// @param wanted state of the unit that a job without a signal must have led to
    void await(Message answer, String wanted) throws DBusException, SystemdException, InterruptedException {
        String job = answer.body("o").text();
        long deadline = System.nanoTime() + patience.job().toNanos();
        while (true) {
            @Nullable Removed next = removed.poll(patience.look().toNanos(), TimeUnit.NANOSECONDS);
            if (next != null && next.job().equals(job)) {
                if (!next.result().equals("done")) {
                    throw new SystemdException(
                            Kind.FAILED,
                            "systemd's job for " + unit + " ended with '" + next.result()
                                    + "'; what it says: journalctl -u " + unit);
                }
                return;
            }
            if (next == null && reached(wanted)) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw tooLate(wanted);
            }
        }
    }

    /// Without a job that is known.
    void awaitState(String wanted) throws SystemdException, InterruptedException {
        long deadline = System.nanoTime() + patience.job().toNanos();
        while (!reached(wanted)) {
            if (System.nanoTime() > deadline) {
                throw tooLate(wanted);
            }
            removed.poll(patience.look().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private boolean reached(String wanted) throws SystemdException, InterruptedException {
        Optional<String> state = systemd.state(unit);
        if (wanted.equals("active")) {
            if (state.isEmpty() || state.get().equals("failed") || state.get().equals("inactive")) {
                throw new SystemdException(
                        Kind.FAILED,
                        "systemd did not start " + unit + ": it is " + state.orElse("gone")
                                + "; what it says: journalctl -u " + unit);
            }
            return state.get().equals("active");
        }
        return state.isEmpty() || state.get().equals("inactive") || state.get().equals("failed");
    }

    private SystemdException tooLate(String wanted) {
        return new SystemdException(
                Kind.UNREACHABLE,
                "systemd's job for " + unit + " did not end within "
                        + patience.job().toSeconds() + " s, the unit is not " + wanted + "; see systemctl list-jobs");
    }

    @Override
    public void close() {
        forget.accept(this);
    }
}
