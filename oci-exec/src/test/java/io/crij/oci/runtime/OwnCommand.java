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
/// @param classPath what it is made of
record OwnCommand(List<String> before, Path output, String classPath) {
    OwnCommand(List<String> before, Path output) {
        this(before, output, System.getProperty("java.class.path"));
    }

    record Result(String out, int code) {}

    Result run(String... arguments) throws IOException, InterruptedException {
        int code = start(new File("/dev/null"), output.toFile(), arguments).waitFor();
        return new Result(Files.readString(output), code);
    }

    /// @param out standard output and error
    Process start(File in, File out, String... arguments) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
        var command = new ArrayList<>(before);
        command.addAll(List.of(
                java,
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                classPath,
                OciExec.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectInput(in)
                .redirectErrorStream(true)
                .redirectOutput(out)
                .start();
    }
}
