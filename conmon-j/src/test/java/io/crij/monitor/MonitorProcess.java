package io.crij.monitor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Starts the monitor as a process of its own.
final class MonitorProcess {
    private MonitorProcess() {}

    /// @param folder has its socket, its state and its log
    static Process start(Class<?> main, Path folder) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(flags("common"));
        command.addAll(flags("conmon-j"));
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                main.getName(),
                "--socket",
                folder.resolve("conmon.sock").toString(),
                "--state",
                folder.toString(),
                "--log",
                folder.resolve("monitor.log").toString()));
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        // as the launcher does
        builder.environment().put("MALLOC_ARENA_MAX", "1");
        builder.environment().put("MALLOC_MMAP_THRESHOLD_", "32768");
        return builder.start();
    }

    /// The flags that the distribution starts it with.
    private static List<String> flags(String name) throws IOException {
        Path file = Path.of("../packaging/src/main/flags").resolve(name + ".flags");
        return Files.readAllLines(file).stream()
                .map(String::strip)
                .filter(line -> line.startsWith("-"))
                .toList();
    }

    static boolean answers(Path socket, long pid) {
        try (MonitorClient probe = new MonitorClient(socket, "probe")) {
            return probe.hello().pid() == pid;
        } catch (MonitorException e) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
