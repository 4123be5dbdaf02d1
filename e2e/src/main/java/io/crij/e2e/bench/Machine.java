package io.crij.e2e.bench;

import io.crij.e2e.Shell;
import io.crij.linux.CgroupTree;
import io.crij.linux.ErrnoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/// Where a table was measured.
///
/// @param load runnable tasks beside the benchmark in the minute before
record Machine(
        String processor,
        int cores,
        long memoryMiB,
        String kernel,
        String cgroups,
        List<String> versions,
        String load,
        LocalDate day) {

    static Machine ofThisOne() throws IOException, ErrnoException {
        var processor = line(Path.of("/proc/cpuinfo"), "model name");
        var memory = line(Path.of("/proc/meminfo"), "MemTotal").replaceAll("\\D", "");
        return new Machine(
                processor.isEmpty() ? System.getProperty("os.arch") : processor,
                Runtime.getRuntime().availableProcessors(),
                Long.parseLong(memory) / 1024,
                Shell.must("uname", "-r").strip(),
                CgroupTree.detect().mode().toString(),
                List.of("Java " + Runtime.version(), version("runc"), version("crun"), version("containerd")),
                Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0],
                LocalDate.now(ZoneOffset.UTC));
    }

    String text() {
        return "%s, %d cores, %d MiB, Linux %s, cgroups %s; %s; load before %s; %s"
                .formatted(processor, cores, memoryMiB, kernel, cgroups, String.join(", ", versions), load, day);
    }

    private static String version(String program) {
        var first = Shell.run(List.of("sh", "-c", program + " --version"))
                .output()
                .lines()
                .findFirst()
                .orElse("?")
                .strip();
        return first.startsWith(program) ? first : program + " absent";
    }

    private static String line(Path file, String key) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(l -> l.startsWith(key))
                .map(l -> l.substring(l.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("");
    }
}
