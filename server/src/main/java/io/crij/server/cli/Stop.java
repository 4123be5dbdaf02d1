package io.crij.server.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `crij stop`.
@Command(
        name = "stop",
        mixinStandardHelpOptions = true,
        description = "Stops containers, or pods with all their containers.")
final class Stop implements Callable<Integer> {
    @Mixin
    private Endpoint endpoint = new Endpoint();

    @Option(
            names = {"-t", "--time"},
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long a container may take until it is killed (default: ${DEFAULT-VALUE}).")
    private long grace;

    @Parameters(arity = "1..*", paramLabel = "NAME", description = "Containers or pods: ids, beginnings of ids, names.")
    private List<String> names = List.of();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        var out = Console.of(spec).out();
        try (var client = endpoint.connect()) {
            var lifecycle = new Lifecycle(client);
            for (var name : names) {
                out.println(lifecycle.stop(name, grace));
                out.flush();
            }
        }
        return ExitCode.OK;
    }
}
