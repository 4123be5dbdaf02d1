package io.crij.server.cli;

import io.crij.cri.v1.PodSandbox;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `crij rm`.
@Command(
        name = "rm",
        mixinStandardHelpOptions = true,
        description = "Removes stopped containers, or pods with all their containers.")
final class Remove implements Callable<Integer> {
    @Mixin
    private Endpoint endpoint = new Endpoint();

    @Option(
            names = {"-f", "--force"},
            description = "Also what still runs.")
    private boolean force;

    @Option(
            names = {"-a", "--all"},
            description = "All pods of the node.")
    private boolean all;

    @Parameters(arity = "0..*", paramLabel = "NAME", description = "Containers or pods: ids, beginnings of ids, names.")
    private List<String> names = List.of();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        var console = Console.of(spec);
        if (names.isEmpty() != all) {
            throw new CliException(ExitCode.USAGE, "say what to remove: names or --all, not both");
        }
        try (var client = endpoint.connect()) {
            var lifecycle = new Lifecycle(client);
            var chosen = all
                    ? new Lookup(client).pods().stream().map(PodSandbox::getId).toList()
                    : names;
            for (var name : chosen) {
                console.out().println(lifecycle.remove(name, force));
                console.out().flush();
            }
        }
        return ExitCode.OK;
    }
}
