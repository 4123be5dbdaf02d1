package io.crij.oci.cli;

import io.crij.oci.runtime.ContainerState;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.NotFound;
import io.crij.oci.runtime.OciRuntime;
import io.crij.oci.runtime.StateJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

final class ListContainers implements Verb {
    static final Set<String> FORMATS = Set.of("table", "json");

    private final OciExec command;
    private final Syntax syntax = new Syntax("list", "Lists containers.");

    private final Argument<String> format =
            syntax.text("--format, -f", "table|json", "table", "How (${DEFAULT-VALUE}).");
    private final Argument<Boolean> quiet = syntax.flag("--quiet, -q", "Only the ids.");

    ListContainers(OciExec command) {
        this.command = command;
    }

    @Override
    public Syntax syntax() {
        return syntax;
    }

    @Override
    public int run() throws OciException, IOException {
        if (!FORMATS.contains(format.value())) {
            throw new InvalidSpec("--format", format.value(), "must be table or json");
        }
        List<ContainerState> states = states();
        if (quiet.value()) {
            states.forEach(state -> command.out().println(state.id()));
        } else if (format.value().equals("json")) {
            command.out()
                    .println(states.stream()
                            .map(state -> new String(StateJson.forList(state, owner(state)), StandardCharsets.UTF_8))
                            .collect(Collectors.joining(",", "[", "]")));
        } else {
            table(states);
        }
        return 0;
    }

    private List<ContainerState> states() throws OciException, IOException {
        var states = new ArrayList<ContainerState>();
        if (!Files.isDirectory(command.root())) {
            return states;
        }
        OciRuntime runtime = command.runtime();
        try (Stream<Path> folders = Files.list(command.root())) {
            for (Path folder : folders.filter(Files::isDirectory).sorted().toList()) {
                try {
                    states.add(runtime.state(folder.getFileName().toString()));
                } catch (NotFound _) {
                    // deleted meanwhile, or no container's folder
                }
            }
        }
        return states;
    }

    private void table(List<ContainerState> states) {
        String row = "%-24s %-8s %-10s %-40s %-30s %s%n";
        command.out().printf(Locale.ROOT, row, "ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER");
        for (ContainerState state : states) {
            command.out()
                    .printf(
                            Locale.ROOT,
                            row,
                            state.id(),
                            state.status() == ContainerState.Status.STOPPED ? 0 : state.pid(),
                            state.status().name().toLowerCase(Locale.ROOT),
                            state.bundle(),
                            state.created(),
                            owner(state));
        }
    }

    /// Whose container it is.
    private String owner(ContainerState state) {
        try {
            return Files.getOwner(command.root().resolve(state.id())).getName();
        } catch (IOException _) {
            return ""; // deleted meanwhile
        }
    }
}
