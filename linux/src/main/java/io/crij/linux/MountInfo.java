package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_RDONLY;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// A line of `/proc/<pid>/mountinfo` (proc_pid_mountinfo(5)).
///
/// @param root the path inside the file system that is seen at `mountPoint`
/// @param propagation such as `shared:5`, `master:2`; empty means private
/// @param superOptions options of the file system, such as the controllers of a cgroup v1 hierarchy
public record MountInfo(
        int id,
        int parent,
        Device device,
        String root,
        String mountPoint,
        List<String> options,
        List<String> propagation,
        String type,
        String source,
        List<String> superOptions) {
    private static final int LIMIT = 64 << 20;

    /// All mounts of this process's mount namespace below its root, in the order they were made.
    public static List<MountInfo> ofSelf() throws ErrnoException {
        return read("/proc/self/mountinfo");
    }

    public static List<MountInfo> of(int pid) throws ErrnoException {
        return read("/proc/" + pid + "/mountinfo");
    }

    private static List<MountInfo> read(String path) throws ErrnoException {
        try (Fd file = Fd.open(path, O_RDONLY)) {
            return parse(KernelString.decode(file.readAll(LIMIT)));
        }
    }

    static List<MountInfo> parse(String text) {
        List<MountInfo> mounts = new ArrayList<>();
        text.lines().filter(line -> !line.isEmpty()).forEach(line -> mounts.add(parseLine(line)));
        return mounts;
    }

    private static MountInfo parseLine(String line) {
        List<String> fields = List.of(line.split(" ", -1));
        int separator = fields.indexOf("-");
        if (separator < 6 || fields.size() < separator + 4) {
            throw new IllegalArgumentException("mountinfo has a line of an unknown form: " + line);
        }
        String[] device = fields.get(2).split(":", 2);
        return new MountInfo(
                Integer.parseInt(fields.get(0)),
                Integer.parseInt(fields.get(1)),
                new Device(Integer.parseInt(device[0]), Integer.parseInt(device[1])),
                unescape(fields.get(3)),
                unescape(fields.get(4)),
                List.of(fields.get(5).split(",")),
                fields.subList(6, separator),
                fields.get(separator + 1),
                unescape(fields.get(separator + 2)),
                List.of(fields.get(separator + 3).split(",")));
    }

    /// Space, tab, newline, backslash and `#` are written as three octal digits.
    private static String unescape(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\'
                    && i + 3 < text.length()
                    && text.substring(i + 1, i + 4).matches("[0-7]{3}")) {
                plain.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }

    public boolean isReadOnly() {
        return Set.copyOf(options).contains("ro");
    }
}
