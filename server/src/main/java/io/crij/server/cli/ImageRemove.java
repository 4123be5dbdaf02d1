package io.crij.server.cli;

import static io.crij.server.cli.Failures.trying;

import io.crij.cri.v1.ImageSpec;
import io.crij.cri.v1.RemoveImageRequest;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `crij rmi`.
@Command(name = "rmi", mixinStandardHelpOptions = true, description = "Removes images with all their names.")
final class ImageRemove implements Callable<Integer> {
    @Mixin
    private Endpoint endpoint = new Endpoint();

    @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Names or ids.")
    private List<String> images = List.of();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        var console = Console.of(spec);
        try (var client = endpoint.connect()) {
            var lookup = new ImagePull(client, console.err());
            for (var name : images) {
                var image = lookup.present(name).orElseThrow(() -> Lookup.missing("image", name, "crij images"));
                var request = RemoveImageRequest.newBuilder()
                        .setImage(ImageSpec.newBuilder().setImage(image.getId()))
                        .build();
                trying("remove image " + name, () -> client.images().removeImage(request));
                console.out().println(image.getId());
            }
        }
        console.out().flush();
        return ExitCode.OK;
    }
}
