package io.crij.oci.cli;

import io.crij.linux.ErrnoException;
import io.crij.linux.Pidfd;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/// Hands signals on to a process, as long as this is open. Java keeps QUIT and USR2 to itself.
final class SignalForwarding implements AutoCloseable {
    private static final List<String> NAMES = List.of("HUP", "INT", "TERM", "USR1", "ALRM", "CONT", "WINCH");

    private final Map<Signal, SignalHandler> before = new LinkedHashMap<>();

    /// @param terminal the process has one that this command relays: its size travels in another way
    SignalForwarding(int pid, boolean terminal) {
        var names = new ArrayList<>(NAMES);
        if (terminal) {
            names.remove("WINCH");
        }
        for (String name : names) {
            var signal = new Signal(name);
            before.put(signal, Signal.handle(signal, got -> send(pid, got.getNumber())));
        }
    }

    static void send(int pid, int number) {
        try (var process = new Pidfd(pid)) {
            process.send(new io.crij.linux.Signal(number));
        } catch (ErrnoException e) {
            // it has ended meanwhile: that is waited for elsewhere
        }
    }

    @Override
    public void close() {
        before.forEach(Signal::handle);
    }
}
