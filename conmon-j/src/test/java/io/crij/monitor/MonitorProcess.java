package io.crij.monitor;

import java.io.IOException;
import java.nio.file.Path;

/// Starts the monitor as a process of its own.
final class MonitorProcess {
    private MonitorProcess() {}

    /// @param folder has its socket, its state and its log
    static Process start(Class<?> main, Path folder) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:+UseSerialGC",
                        "-XX:+UseCompactObjectHeaders",
                        "-XX:-MaxFDLimit",
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-UsePerfData",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName(),
                        "--socket",
                        folder.resolve("conmon.sock").toString(),
                        "--state",
                        folder.toString(),
                        "--log",
                        folder.resolve("monitor.log").toString())
                .inheritIO()
                .start();
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
