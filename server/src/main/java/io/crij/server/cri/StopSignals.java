package io.crij.server.cri;

import io.crij.cri.v1.Signal;
import io.crij.sandbox.SandboxException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/// Stop signals: the schema counts them in its own order, the kernel in another.
public final class StopSignals {
    private static final String PREFIX = "SIGNAL_";
    private static final Map<Integer, Signal> BY_NUMBER = byNumber();

    private StopSignals() {}

    /// The kernel's number: of the request, else of the image, else SIGTERM.
    public static int number(Signal requested, String ofImage) throws SandboxException {
        if (requested == Signal.UNRECOGNIZED) {
            throw new SandboxException.Invalid("config.stop_signal", "", "unknown signal");
        }
        if (requested != Signal.SIGNAL_RUNTIME_DEFAULT) {
            return kernel(requested);
        }
        return io.crij.linux.Signal.parse(ofImage)
                .orElse(io.crij.linux.Signal.TERM)
                .number();
    }

    static Signal message(int number) {
        return BY_NUMBER.getOrDefault(number, Signal.SIGNAL_RUNTIME_DEFAULT);
    }

    private static Map<Integer, Signal> byNumber() {
        return Arrays.stream(Signal.values())
                .filter(signal -> signal != Signal.SIGNAL_RUNTIME_DEFAULT && signal != Signal.UNRECOGNIZED)
                .filter(signal -> !isAlias(signal))
                .collect(Collectors.toUnmodifiableMap(StopSignals::kernel, signal -> signal, (first, _) -> first));
    }

    private static int kernel(Signal signal) {
        var name = signal.name().substring(PREFIX.length());
        return io.crij.linux.Signal.parse(name)
                .orElseThrow(() -> new IllegalStateException("no kernel signal " + name))
                .number();
    }

    private static boolean isAlias(Signal signal) {
        return switch (signal) {
            case SIGNAL_SIGCLD, SIGNAL_SIGIOT, SIGNAL_SIGPOLL -> true;
            default -> false;
        };
    }
}
