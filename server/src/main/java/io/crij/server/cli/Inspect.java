package io.crij.server.cli;

import static io.crij.server.cli.Failures.trying;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.protobuf.Message;
import io.crij.cri.v1.ContainerStatusRequest;
import io.crij.cri.v1.ImageSpec;
import io.crij.cri.v1.ImageStatusRequest;
import io.crij.cri.v1.PodSandboxStatusRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `crij inspect`: everything the server says of a container, pod or image, as JSON.
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = "Prints all that is known of containers, pods or images, as JSON.")
final class Inspect implements Callable<Integer> {
    @Mixin
    private Endpoint endpoint = new Endpoint();

    @Parameters(arity = "1..*", paramLabel = "NAME", description = "Ids, beginnings of ids, or names.")
    private List<String> names = List.of();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        var out = Console.of(spec).out();
        try (var client = endpoint.connect()) {
            var lookup = new Lookup(client);
            for (var name : names) {
                var found = container(client, lookup, name)
                        .or(() -> pod(client, lookup, name))
                        .or(() -> image(client, name))
                        .orElseThrow(() ->
                                Lookup.missing("container, pod or image", name, "crij ps -a; crij pods; crij images"));
                out.println(ProtoJson.print(found));
            }
        }
        out.flush();
        return ExitCode.OK;
    }

    private static Optional<JsonNode> container(CriClient client, Lookup lookup, String name) {
        return lookup.container(name).map(c -> {
            var request = ContainerStatusRequest.newBuilder()
                    .setContainerId(c.getId())
                    .setVerbose(true)
                    .build();
            var answer =
                    trying("inspect container " + name, () -> client.runtime().containerStatus(request));
            return document(answer.getStatus(), answer.getInfoMap());
        });
    }

    private static Optional<JsonNode> pod(CriClient client, Lookup lookup, String name) {
        return lookup.pod(name).map(p -> {
            var request = PodSandboxStatusRequest.newBuilder()
                    .setPodSandboxId(p.getId())
                    .setVerbose(true)
                    .build();
            var answer = trying("inspect pod " + name, () -> client.runtime().podSandboxStatus(request));
            return document(answer.getStatus(), answer.getInfoMap());
        });
    }

    private static Optional<JsonNode> image(CriClient client, String name) {
        var request = ImageStatusRequest.newBuilder()
                .setImage(ImageSpec.newBuilder().setImage(name))
                .setVerbose(true)
                .build();
        var answer = trying("inspect image " + name, () -> client.images().imageStatus(request));
        return answer.hasImage() ? Optional.of(document(answer.getImage(), answer.getInfoMap())) : Optional.empty();
    }

    private static JsonNode document(Message status, Map<String, String> info) {
        var document = JsonNodeFactory.instance.objectNode();
        document.set("status", ProtoJson.tree(status));
        var extra = document.putObject("info");
        info.forEach((key, value) -> {
            var parsed = ProtoJson.parsed(value);
            // servers put one JSON object under "info"; its members are what people look for
            if (key.equals("info") && parsed.isObject()) {
                parsed.properties().forEach(e -> extra.set(e.getKey(), e.getValue()));
            } else {
                extra.set(key, parsed);
            }
        });
        return document;
    }
}
