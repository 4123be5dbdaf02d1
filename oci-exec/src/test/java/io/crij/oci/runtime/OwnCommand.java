package io.crij.oci.runtime;

import io.crij.oci.cli.OciExec;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The `oci-exec` command in a JVM of its own: with namespaces, descriptors or limits that this one does not have.
///
/// @param before what starts it: a shell script that ends with `exec "$@"`
record OwnCommand(List<String> before, Path output) {
    record Result(String out, int code) {}

    Result run(String... arguments) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
        var command = new ArrayList<>(before);
        command.addAll(List.of(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                OciExec.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int code = process.waitFor();
        return new Result(Files.readString(output), code);
    }
}
