package io.crij.server.cli;

import com.google.protobuf.ByteString;
import io.crij.admin.v1.LoadRequest;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `crij load`: sends an archive to the server. Only cri-j has that call.
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        description = "Imports an OCI-layout or `docker save` archive; prints the names of its images.")
final class Load implements Callable<Integer> {
    private static final int BLOCK = 1 << 20;

    @Mixin
    private Endpoint endpoint = new Endpoint();

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "The archive; - or nothing reads standard input.")
    private String file = "-";

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        var console = Console.of(spec);
        var progress = new Progress(console.err(), "load " + file, Terminal.isStderr());
        try (var archive = open();
                var client = endpoint.connect()) {
            var last = send(archive, client, progress);
            progress.end();
            for (var image : last.getImagesList()) {
                console.out().println(image.getReferencesCount() == 0 ? image.getId() : image.getReferences(0));
            }
            console.out().flush();
            return ExitCode.OK;
        } catch (IOException e) {
            throw new CliException(ExitCode.FAILED, "Tried to load " + file + " but " + Failures.words(e), e);
        } catch (StatusException e) {
            progress.end();
            if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
                throw new CliException(
                        ExitCode.FAILED,
                        "Tried to load " + file + " but the server at " + endpoint.socket()
                                + " is not cri-j and has no such call; use its own tool (for containerd:"
                                + " ctr -n k8s.io images import)",
                        e);
            }
            throw Failures.failure("load " + file, e);
        }
    }

    private io.crij.admin.v1.Progress send(InputStream archive, CriClient client, Progress progress)
            throws IOException, StatusException, InterruptedException {
        BlockingClientCall<LoadRequest, io.crij.admin.v1.Progress> call =
                client.admin().load();
        byte[] block = archive.readNBytes(BLOCK);
        boolean open = true;
        while (open && block.length > 0) {
            open = call.write(
                    LoadRequest.newBuilder().setData(ByteString.copyFrom(block)).build());
            block = archive.readNBytes(BLOCK);
        }
        call.halfClose();
        var last = io.crij.admin.v1.Progress.getDefaultInstance();
        while (call.hasNext()) {
            last = call.read();
            progress.show(last);
        }
        return last;
    }

    private InputStream open() throws IOException {
        return file.equals("-") ? System.in : Files.newInputStream(Path.of(file));
    }
}
