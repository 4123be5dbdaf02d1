package io.crij.oci.cli;

import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.CommandNotFound;
import io.crij.oci.runtime.OciException.InvalidSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

final class Processes implements Verb {
    private final OciExec command;
    private final Syntax syntax = new Syntax("ps", "Lists the processes of a container.");

    private final Argument<String> format =
            syntax.text("--format, -f", "table|json", "table", "How; json: host pids only.");
    private final Argument<String> id = syntax.id();
    private final Argument<List<String>> options = syntax.rest("OPTIONS", "For ps(1); -ef if not given.");

    Processes(OciExec command) {
        this.command = command;
    }

    @Override
    public Syntax syntax() {
        return syntax;
    }

    @Override
    public int run() throws OciException, IOException, InterruptedException {
        if (!ListContainers.FORMATS.contains(format.value())) {
            throw new InvalidSpec("--format", format.value(), "must be table or json");
        }
        List<Integer> pids = command.runtime().pids(id.value());
        if (format.value().equals("json")) {
            command.out().println(pids.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]")));
            return 0;
        }
        table(Set.copyOf(pids));
        return 0;
    }

    private void table(Set<Integer> pids) throws OciException, IOException, InterruptedException {
        var ps = new ArrayList<>(List.of("ps"));
        ps.addAll(options.value().isEmpty() ? List.of("-ef") : options.value());
        java.lang.Process process;
        try {
            process = new ProcessBuilder(ps)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException _) {
            throw new CommandNotFound("ps");
        }
        try (BufferedReader lines = process.inputReader()) {
            String header = lines.readLine();
            if (header != null) {
                command.out().println(header);
                int column = Arrays.asList(header.strip().split("\\s+")).indexOf("PID");
                lines.lines().filter(line -> pids.contains(pid(line, column))).forEach(command.out()::println);
            }
        }
        process.waitFor();
    }

    private static int pid(String line, int column) {
        String[] fields = line.strip().split("\\s+");
        try {
            return column >= 0 && column < fields.length ? Integer.parseInt(fields[column]) : -1;
        } catch (NumberFormatException _) {
            return -1; // the second line of something
        }
    }
}
