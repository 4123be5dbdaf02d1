package io.crij.oci.cli;

import io.crij.oci.runtime.OciException.StepFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// The pid for the caller, digits only, there as a whole or not at all.
final class PidFile {
    private PidFile() {}

    static void write(Path file, int pid) throws StepFailed {
        Path whole = file.toAbsolutePath();
        Path part = whole.resolveSibling("." + whole.getFileName() + ".part");
        try {
            Files.writeString(part, Integer.toString(pid));
            Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new StepFailed("cannot write --pid-file " + file + ": " + FileErrors.reason(e), 0, e);
        }
    }
}
