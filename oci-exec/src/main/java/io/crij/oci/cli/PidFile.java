package io.crij.oci.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// The pid for the caller, digits only, there as a whole or not at all.
final class PidFile {
    private PidFile() {}

    static void write(Path file, int pid) throws IOException {
        Path whole = file.toAbsolutePath();
        Path part = whole.resolveSibling("." + whole.getFileName() + ".part");
        Files.writeString(part, Integer.toString(pid));
        Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
    }
}
