package io.crij.linux;

import io.crij.linux.abi.Syscall;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A signal. Numbers are the same on x86-64 and aarch64; real-time signals count from the C library's `SIGRTMIN`,
/// 34.
///
/// @param number 1 to 64
public record Signal(int number) {
    public static final Signal HUP = new Signal(1);
    public static final Signal INT = new Signal(2);
    public static final Signal QUIT = new Signal(3);
    public static final Signal KILL = new Signal(9);
    public static final Signal USR1 = new Signal(10);
    public static final Signal USR2 = new Signal(12);
    public static final Signal TERM = new Signal(15);
    public static final Signal CHLD = new Signal(17);
    public static final Signal CONT = new Signal(18);
    public static final Signal STOP = new Signal(19);
    public static final Signal WINCH = new Signal(28);

    private static final int RTMIN = 34;
    private static final int RTMAX = 64;
    private static final List<String> NAMES = List.of(
            "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
            "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM",
            "PROF", "WINCH", "IO", "PWR", "SYS");

    public Signal {
        if (number < 1 || number > RTMAX) {
            throw new IllegalArgumentException("signal " + number + " is not between 1 and 64");
        }
    }

    /// Reads `SIGTERM`, `TERM`, `15`, `RTMIN+3`, `SIGRTMINPLUS3`, `SIGRTMAX-2`, `SIGRTMAXMINUS2`, in any case.
    /// Empty when it is none.
    public static Optional<Signal> parse(String text) {
        String name = text.strip().toUpperCase(Locale.ROOT);
        name = name.startsWith("SIG") ? name.substring(3) : name;
        int known = NAMES.indexOf(alias(name));
        if (known > 0) {
            return Optional.of(new Signal(known));
        }
        if (name.startsWith("RTMIN")) {
            return realTime(name.substring(5).replace("PLUS", "+"), '+', RTMIN);
        }
        if (name.startsWith("RTMAX")) {
            return realTime(name.substring(5).replace("MINUS", "-"), '-', RTMAX);
        }
        return name.matches("[0-9]{1,2}") ? inRange(Integer.parseInt(name), 1) : Optional.empty();
    }

    private static String alias(String name) {
        return switch (name) {
            case "IOT" -> "ABRT";
            case "CLD" -> "CHLD";
            case "POLL" -> "IO";
            case "UNUSED" -> "SYS";
            default -> name;
        };
    }

    private static Optional<Signal> realTime(String offset, char sign, int base) {
        if (offset.isEmpty()) {
            return Optional.of(new Signal(base));
        }
        if (offset.charAt(0) != sign || !offset.substring(1).matches("[0-9]{1,2}")) {
            return Optional.empty();
        }
        int distance = Integer.parseInt(offset.substring(1));
        return inRange(sign == '+' ? base + distance : base - distance, RTMIN);
    }

    private static Optional<Signal> inRange(int number, int least) {
        return number >= least && number <= RTMAX ? Optional.of(new Signal(number)) : Optional.empty();
    }

    /// Sends it to a process, or to the group `-pid`. A pid may have been given to another process meanwhile:
    /// where a [Pidfd] can be held, use that.
    public void send(int pid) throws ErrnoException {
        Kernel.call(Syscall.KILL, "pid " + pid + " with " + name(), pid, number, 0);
    }

    /// `SIGTERM`, `SIGRTMIN+3`.
    public String name() {
        if (number < NAMES.size()) {
            return "SIG" + NAMES.get(number);
        }
        return number < RTMIN ? "signal " + number : number == RTMIN ? "SIGRTMIN" : "SIGRTMIN+" + (number - RTMIN);
    }

    @Override
    public String toString() {
        return name();
    }
}
