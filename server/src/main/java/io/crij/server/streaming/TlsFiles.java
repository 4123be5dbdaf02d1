package io.crij.server.streaming;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Certificate and key of the server, read again when the files have changed: looked at with each connection, of which
/// there are few. Files that cannot be used leave the old ones in place. Thread-safe.
final class TlsFiles {
    private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);

    private final StreamSettings settings;
    private List<FileTime> seen;
    private SslContext context;

    /// @throws IOException the files cannot be used; the message says which and why
    TlsFiles(StreamSettings settings) throws IOException {
        this.settings = settings;
        this.seen = times();
        this.context = load();
    }

    synchronized SslContext context() {
        try {
            var now = times();
            if (!now.equals(seen)) {
                seen = now;
                context = load();
                LOG.info("streams are served with the new certificate {}", settings.certificate());
            }
        } catch (IOException e) {
            LOG.error("streams are served with the old certificate: {}", e.getMessage());
        }
        return context;
    }

    private List<FileTime> times() throws IOException {
        var times = new ArrayList<FileTime>();
        for (var file : List.of(settings.certificate(), settings.key(), settings.clientAuthority())) {
            if (!file.equals(Path.of(""))) {
                times.add(Files.getLastModifiedTime(file));
            }
        }
        return times;
    }

    private SslContext load() throws IOException {
        try {
            var builder = SslContextBuilder.forServer(
                    settings.certificate().toFile(), settings.key().toFile());
            if (!settings.clientAuthority().equals(Path.of(""))) {
                builder.trustManager(settings.clientAuthority().toFile()).clientAuth(ClientAuth.REQUIRE);
            }
            return builder.protocols("TLSv1.3", "TLSv1.2").build();
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(
                    "Tried to use " + settings.certificate() + " and " + settings.key() + " for TLS but "
                            + e.getMessage() + "; they must be PEM files, the key in PKCS#8",
                    e);
        }
    }
}
