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
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "ps", mixinStandardHelpOptions = true, description = "Lists the processes of a container.")
final class Processes implements Callable<Integer> {
    @ParentCommand
    private OciExec command;

    @Option(
            names = {"--format", "-f"},
            paramLabel = "table|json",
            description = "How; json: host pids only.")
    private String format = "table";

    @Parameters(index = "0", paramLabel = "ID")
    private String id;

    @Parameters(index = "1..*", paramLabel = "OPTIONS", description = "For ps(1); -ef if not given.")
    private List<String> options = List.of();

    @Override
    public Integer call() throws OciException, IOException, InterruptedException {
        if (!ListContainers.FORMATS.contains(format)) {
            throw new InvalidSpec("--format", format, "must be table or json");
        }
        List<Integer> pids = command.runtime().pids(id);
        if (format.equals("json")) {
            command.out().println(pids.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]")));
            return 0;
        }
        table(Set.copyOf(pids));
        return 0;
    }

    private void table(Set<Integer> pids) throws OciException, IOException, InterruptedException {
        var ps = new ArrayList<>(List.of("ps"));
        ps.addAll(options.isEmpty() ? List.of("-ef") : options);
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
