package io.crij.oci.runtime;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import java.nio.charset.StandardCharsets;

/// When a process began, in clock ticks after boot (proc_pid_stat(5), field 22): with its pid it names one process
/// for as long as the machine runs.
final class ProcessClock {
    private static final int FIELDS_AFTER_NAME = 19;

    private ProcessClock() {}

    /// @return 0 when there is no such process
    static long startOf(int pid) {
        try (Fd file = Fd.open("/proc/" + pid + "/stat", FileFlags.O_RDONLY)) {
            byte[] buffer = new byte[1024];
            String stat = new String(buffer, 0, file.read(buffer), StandardCharsets.ISO_8859_1);
            // the name, in parentheses, may hold anything
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Long.parseLong(fields[FIELDS_AFTER_NAME]);
        } catch (ErrnoException e) {
            return 0;
        }
    }

    /// Whether the process runs; not as a zombie.
    static boolean alive(int pid, long start) {
        try (Fd file = Fd.open("/proc/" + pid + "/stat", FileFlags.O_RDONLY)) {
            byte[] buffer = new byte[1024];
            String stat = new String(buffer, 0, file.read(buffer), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            boolean zombie = fields[0].equals("Z") || fields[0].equals("X");
            return !zombie && Long.parseLong(fields[FIELDS_AFTER_NAME]) == start;
        } catch (ErrnoException e) {
            return false;
        }
    }
}
