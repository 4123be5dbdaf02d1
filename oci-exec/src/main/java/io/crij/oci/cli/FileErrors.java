package io.crij.oci.cli;

import io.crij.oci.runtime.OciException.InvalidSpec;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Words for errors of files, of which Java's own message is often the name alone.
final class FileErrors {
    private FileErrors() {}

    /// The whole sentence.
    static String text(Exception e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        return e instanceof FileSystemException file && file.getFile() != null
                ? file.getFile() + ": " + reason(file)
                : message;
    }

    /// Without the file's name, where it is known.
    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file or folder";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof NotDirectoryException) {
            return "is no folder";
        }
        @Nullable String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }

    /// The whole file that an option names.
    static byte[] read(String option, Path file) throws InvalidSpec {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new InvalidSpec(option, file.toString(), "cannot be read: " + reason(e));
        }
    }
}
