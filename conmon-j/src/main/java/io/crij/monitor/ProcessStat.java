package io.crij.monitor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What the kernel tells of a process (proc_pid_stat(5)).
///
/// @param start in ticks since boot
record ProcessStat(int parent, int group, int session, boolean zombie, long start) {
    /// Empty when the process is gone.
    static Optional<ProcessStat> of(int pid) {
        try {
            String text = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            // the name before may hold anything, closing brackets too
            String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
            return Optional.of(new ProcessStat(
                    Integer.parseInt(fields[1]),
                    Integer.parseInt(fields[2]),
                    Integer.parseInt(fields[3]),
                    fields[0].equals("Z"),
                    Long.parseLong(fields[19])));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
