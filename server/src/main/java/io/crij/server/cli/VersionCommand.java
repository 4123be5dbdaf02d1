package io.crij.server.cli;

import static io.crij.server.cli.Failures.trying;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.crij.cri.v1.VersionRequest;
import io.crij.server.Release;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `crij version`: of this program, and of the server if one answers.
@Command(
        name = "version",
        mixinStandardHelpOptions = true,
        description = "Prints the version of crij, and of the server if one answers.")
final class VersionCommand implements Callable<Integer> {
    @Mixin
    private Endpoint endpoint = new Endpoint();

    @Mixin
    private OutputFormat output = new OutputFormat();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        var out = Console.of(spec).out();
        var facts = JsonNodeFactory.instance.objectNode();
        facts.put("crij", Release.version()).put("java", Runtime.version().toString());
        if (Files.exists(endpoint.socket())) {
            try (var client = endpoint.connect()) {
                var answer = trying(
                        "ask " + endpoint.socket() + " for its version",
                        () -> client.runtime().version(VersionRequest.getDefaultInstance()));
                facts.put("server", answer.getRuntimeName() + " " + answer.getRuntimeVersion())
                        .put("cri", answer.getRuntimeApiVersion())
                        .put("endpoint", endpoint.socket().toString());
            }
        }
        if (output.json()) {
            out.println(ProtoJson.print(facts));
        } else {
            facts.properties()
                    .forEach(e ->
                            out.printf("%-9s %s%n", e.getKey(), e.getValue().asText()));
        }
        out.flush();
        return ExitCode.OK;
    }
}
