package io.crij.server.cli;

import static io.crij.server.cli.Failures.trying;

import io.crij.cri.v1.Image;
import io.crij.cri.v1.ListImagesRequest;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `crij images`.
@Command(name = "images", mixinStandardHelpOptions = true, description = "Lists the images that are here.")
final class ImageList implements Callable<Integer> {
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
        List<Image> images;
        try (var client = endpoint.connect()) {
            images = trying("list the images", () -> client.images().listImages(ListImagesRequest.getDefaultInstance()))
                    .getImagesList();
        }
        if (quiet) {
            images.forEach(i -> out.println(i.getId()));
        } else if (output.json()) {
            out.println(ProtoJson.print(ProtoJson.list("images", images)));
        } else {
            table(images).print(out);
        }
        out.flush();
        return ExitCode.OK;
    }

    private static Table table(List<Image> images) {
        var table = new Table("IMAGE", "TAG", "ID", "SIZE");
        for (var image : images) {
            var names = image.getRepoTagsCount() > 0 ? image.getRepoTagsList() : image.getRepoDigestsList();
            for (var name : names.isEmpty() ? List.of("<none>") : names) {
                int at = name.indexOf('@');
                // the colon of a port is before the last slash
                int tag = at >= 0 ? at : name.indexOf(':', name.lastIndexOf('/') + 1);
                table.row(
                        tag < 0 ? name : name.substring(0, tag),
                        tag < 0 || at >= 0 ? "<none>" : name.substring(tag + 1),
                        Words.shortId(image.getId()),
                        Words.bytes(image.getSize()));
            }
        }
        return table;
    }
}
