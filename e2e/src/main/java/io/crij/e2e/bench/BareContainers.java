package io.crij.e2e.bench;

import io.crij.e2e.HugetlbHierarchy;
import io.crij.linux.ErrnoException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Two containers of a packaged runtime at a time, as it starts them by itself; by a process of its own, which sees the
/// cgroups that the runtime wants.
final class BareContainers implements AutoCloseable {
    private static final List<String> IDS = List.of("bare-1", "bare-2");

    private final HugetlbHierarchy hugetlb = new HugetlbHierarchy();
    private final Process process;
    private final BufferedReader answers;

    /// @param folder gets the bundles and the runtime's state
    /// @param configurations of the two
    BareContainers(Path folder, Path program, List<byte[]> configurations) throws IOException, ErrnoException {
        for (int i = 0; i < IDS.size(); i++) {
            var bundle = Files.createDirectories(folder.resolve(IDS.get(i)));
            Files.write(bundle.resolve("config.json"), configurations.get(i));
        }
        var java = List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                BareContainers.class.getName(),
                program.toString(),
                folder.resolve("state").toString(),
                folder.toString());
        process = new ProcessBuilder(hugetlb.inside(java))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = process.inputReader();
    }

    /// Returns how long it took to create and start both, milliseconds. They are deleted.
    double createAndStart() throws IOException {
        process.outputWriter().append("again\n").flush();
        var answer = answers.readLine();
        if (answer == null) {
            throw new IOException("the process that starts bare containers has ended");
        }
        return Double.parseDouble(answer);
    }

    /// @param args the runtime, its state folder, the folder of the bundles
    public static void main(String[] args) throws IOException, ErrnoException {
        var bundles = Path.of(args[2]);
        try (var runtime = new PackagedRuntime(Path.of(args[0]), Path.of(args[1]))) {
            while (System.in.read() >= 0) {
                System.in.skip(System.in.available());
                long begin = System.nanoTime();
                for (var id : IDS) {
                    runtime.create(id, bundles.resolve(id));
                    runtime.start(id);
                }
                System.out.println((System.nanoTime() - begin) / 1e6);
                for (var id : IDS) {
                    runtime.delete(id);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        process.outputWriter().close();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        hugetlb.close();
    }
}
