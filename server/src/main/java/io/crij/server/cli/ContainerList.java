package io.crij.server.cli;

import static java.util.stream.Collectors.toMap;

import io.crij.cri.v1.Container;
import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.PodSandbox;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `crij ps`.
@Command(name = "ps", mixinStandardHelpOptions = true, description = "Lists the running containers, newest first.")
final class ContainerList implements Callable<Integer> {
    @Mixin
    private Endpoint endpoint = new Endpoint();

    @Mixin
    private OutputFormat output = new OutputFormat();

    @Option(
            names = {"-a", "--all"},
            description = "Also those that do not run.")
    private boolean all;

    @Option(
            names = {"-q", "--quiet"},
            description = "Ids only.")
    private boolean quiet;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        var out = Console.of(spec).out();
        List<Container> containers;
        Map<String, String> pods;
        try (var client = endpoint.connect()) {
            var lookup = new Lookup(client);
            containers = lookup.containers().stream()
                    .filter(c -> all || c.getState() == ContainerState.CONTAINER_RUNNING)
                    .sorted(Comparator.comparingLong(Container::getCreatedAt).reversed())
                    .toList();
            pods = output.json() || quiet
                    ? Map.of()
                    : lookup.pods().stream()
                            .collect(toMap(
                                    PodSandbox::getId, p -> p.getMetadata().getName()));
        }
        if (quiet) {
            containers.forEach(c -> out.println(c.getId()));
        } else if (output.json()) {
            out.println(ProtoJson.print(ProtoJson.list("containers", containers)));
        } else {
            table(containers, pods, Instant.now()).print(out);
        }
        out.flush();
        return ExitCode.OK;
    }

    static Table table(List<Container> containers, Map<String, String> pods, Instant now) {
        var table = new Table("CONTAINER ID", "IMAGE", "CREATED", "STATE", "NAME", "ATTEMPT", "POD ID", "POD");
        for (var c : containers) {
            table.row(
                    Words.shortId(c.getId()),
                    c.getImage().getUserSpecifiedImage().isEmpty()
                            ? Words.shortId(c.getImage().getImage())
                            : c.getImage().getUserSpecifiedImage(),
                    Words.ago(c.getCreatedAt(), now),
                    c.getState().name().replace("CONTAINER_", "").toLowerCase(Locale.ROOT),
                    c.getMetadata().getName(),
                    Integer.toUnsignedString(c.getMetadata().getAttempt()),
                    Words.shortId(c.getPodSandboxId()),
                    pods.getOrDefault(c.getPodSandboxId(), "-"));
        }
        return table;
    }
}
