package io.crij.server.cli;

import io.crij.cri.v1.PodSandbox;
import io.crij.cri.v1.PodSandboxState;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `crij pods`.
@Command(name = "pods", mixinStandardHelpOptions = true, description = "Lists the pods, newest first.")
final class PodList implements Callable<Integer> {
    @Mixin
    private Endpoint endpoint = new Endpoint();

    @Mixin
    private OutputFormat output = new OutputFormat();

    @Option(
            names = {"-q", "--quiet"},
            description = "Ids only.")
    private boolean quiet;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        var out = Console.of(spec).out();
        List<PodSandbox> pods;
        try (var client = endpoint.connect()) {
            pods = new Lookup(client)
                    .pods().stream()
                            .sorted(Comparator.comparingLong(PodSandbox::getCreatedAt)
                                    .reversed())
                            .toList();
        }
        if (quiet) {
            pods.forEach(p -> out.println(p.getId()));
        } else if (output.json()) {
            out.println(ProtoJson.print(ProtoJson.list("items", pods)));
        } else {
            table(pods, Instant.now()).print(out);
        }
        out.flush();
        return ExitCode.OK;
    }

    static Table table(List<PodSandbox> pods, Instant now) {
        var table = new Table("POD ID", "CREATED", "STATE", "NAMESPACE", "NAME", "HANDLER");
        for (var pod : pods) {
            table.row(
                    Words.shortId(pod.getId()),
                    Words.ago(pod.getCreatedAt(), now),
                    pod.getState() == PodSandboxState.SANDBOX_READY ? "ready" : "not ready",
                    pod.getMetadata().getNamespace(),
                    pod.getMetadata().getName(),
                    pod.getRuntimeHandler().isEmpty() ? "(default)" : pod.getRuntimeHandler());
        }
        return table;
    }
}
