package io.crij.server.rpc;

import io.crij.admin.v1.LoadRequest;
import io.crij.admin.v1.Progress;
import io.crij.server.call.Calls;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One archive on its way in: its parts are written to a file, which is imported when the last has come. gRPC calls the
/// methods one after the other.
final class Upload implements StreamObserver<LoadRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(Upload.class);

    private final Calls calls;
    private final LoadImages load;
    private final StreamObserver<Progress> client;
    private Optional<Path> archive = Optional.empty();
    private Optional<OutputStream> out = Optional.empty();
    private boolean failed;

    Upload(Calls calls, LoadImages load, StreamObserver<Progress> client) {
        this.calls = calls;
        this.load = load;
        this.client = client;
    }

    @Override
    public void onNext(LoadRequest part) {
        if (failed) {
            return;
        }
        try {
            part.getData().writeTo(file());
        } catch (IOException e) {
            failed = true;
            discard();
            client.onError(Status.INTERNAL
                    .withDescription("Tried to keep the archive on disk but " + e.getMessage())
                    .withCause(e)
                    .asRuntimeException());
        }
    }

    private OutputStream file() throws IOException {
        if (out.isEmpty()) {
            var path = load.newArchive();
            archive = Optional.of(path);
            out = Optional.of(Files.newOutputStream(path));
        }
        return out.get();
    }

    @Override
    public void onError(Throwable gone) {
        failed = true;
        discard();
    }

    @Override
    public void onCompleted() {
        if (failed) {
            return;
        }
        try {
            closeFile();
            calls.serve(
                    "Load", LoadRequest.getDefaultInstance(), client, (_, answers) -> load.call(archive(), answers));
        } finally {
            discard();
        }
    }

    private Path archive() {
        return archive.orElseThrow(() -> Status.INVALID_ARGUMENT
                .withDescription("the client sent no archive")
                .asRuntimeException());
    }

    private void discard() {
        closeFile();
        archive.ifPresent(path -> {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                LOG.warn("cannot remove {}", path, e);
            }
        });
    }

    private void closeFile() {
        out.ifPresent(stream -> {
            try {
                stream.close();
            } catch (IOException e) {
                LOG.warn("cannot write the end of an archive", e);
            }
        });
    }
}
