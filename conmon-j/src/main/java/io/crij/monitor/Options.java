package io.crij.monitor;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/// The command line of `conmon-j`.
///
/// @param state folder of the monitor's records, `/run/crij`
/// @param log file of the monitor's own log; null: standard error
record Options(Path socket, Path state, @Nullable Path log) {
    static final String USAGE = """
            Usage: conmon-j --socket PATH --state FOLDER [--log FILE]
            The container monitor of cri-j: owns the processes, logs and exit codes of all containers of this node.
              --socket PATH   unix socket to serve, for root only (default /run/crij/conmon.sock)
              --state FOLDER  folder of its records, on tmpfs (default /run/crij)
              --log FILE      append its own log there instead of standard error
              --version       print the version
            """;

    /// @throws IllegalArgumentException with a message for people
    static Options parse(String... arguments) {
        Path socket = Path.of("/run/crij/conmon.sock");
        Path state = Path.of("/run/crij");
        Path log = null;
        Iterator<String> rest = Arrays.asList(arguments).iterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            switch (name) {
                case "--socket" -> socket = value(name, argument, equals, rest);
                case "--state" -> state = value(name, argument, equals, rest);
                case "--log" -> log = value(name, argument, equals, rest);
                default -> throw new IllegalArgumentException("unknown option " + argument);
            }
        }
        return new Options(socket, state, log);
    }

    private static Path value(String name, String argument, int equals, Iterator<String> rest) {
        if (equals < 0 && !rest.hasNext()) {
            throw new IllegalArgumentException(name + " needs a value");
        }
        return Path.of(equals < 0 ? rest.next() : argument.substring(equals + 1))
                .toAbsolutePath();
    }
}
