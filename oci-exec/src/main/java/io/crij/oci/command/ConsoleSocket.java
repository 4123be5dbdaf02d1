package io.crij.oci.command;

import io.crij.linux.ErrnoException;
import io.crij.linux.UnixListener;
import io.crij.linux.UnixSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/// The socket that a runtime hands the master of a terminal to (`--console-socket`). Its path is short: runtimes
/// take it as it is, and the kernel takes no more than 107 bytes.
record ConsoleSocket(Path folder, UnixListener listener) implements AutoCloseable {
    private static final String NAME = "s";

    static ConsoleSocket open(Path own) throws IOException {
        Files.createDirectories(own);
        Path folder = Files.createTempDirectory(
                own, "t", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        @Nullable UnixListener listener = null;
        try {
            listener = UnixListener.bind(folder.resolve(NAME).toString(), UnixSocket.Kind.STREAM);
            // whoever serves it may look before there is a client
            listener.fd().nonBlocking(true);
            return new ConsoleSocket(folder, listener);
        } catch (ErrnoException e) {
            if (listener != null) {
                listener.close();
            }
            Files.deleteIfExists(folder.resolve(NAME));
            Files.deleteIfExists(folder);
            throw e;
        }
    }

    String path() {
        return folder.resolve(NAME).toString();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        Files.deleteIfExists(folder.resolve(NAME));
        Files.deleteIfExists(folder);
    }
}
