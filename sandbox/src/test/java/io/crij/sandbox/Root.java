package io.crij.sandbox;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.linux.Self;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What tests of the kernel need.
public final class Root {
    private Root() {}

    public static void required() throws IOException {
        assumeTrue(Self.effectiveUid() == 0, "needs root");
    }

    public static void program(String path) {
        assumeTrue(Files.isExecutable(Path.of(path)), "needs " + path);
    }

    /// Runs a command and gives back what it wrote; it must succeed.
    public static String output(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        if (code != 0) {
            throw new AssertionError(List.of(command) + " ended with " + code + ": " + output);
        }
        return output;
    }

    /// A process with namespaces of its own, as a pause has them.
    public static Process pause(String... unshareOptions) throws IOException, InterruptedException {
        var command = new java.util.ArrayList<>(List.of("unshare"));
        command.addAll(List.of(unshareOptions));
        command.addAll(List.of("sleep", "300"));
        var process = new ProcessBuilder(command).start();
        // unshare becomes sleep once the namespaces are there
        var name = Path.of("/proc/" + process.pid() + "/comm");
        while (!Files.readString(name).strip().equals("sleep")) {
            Thread.sleep(2);
        }
        return process;
    }
}
