package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_RDONLY;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A version of the kernel, without what distributions append.
public record KernelVersion(int major, int minor, int patch) implements Comparable<KernelVersion> {
    private static final Pattern FORM = Pattern.compile("(\\d+)\\.(\\d+)(?:\\.(\\d+))?.*", Pattern.DOTALL);
    private static final Comparator<KernelVersion> ORDER = Comparator.comparingInt(KernelVersion::major)
            .thenComparingInt(KernelVersion::minor)
            .thenComparingInt(KernelVersion::patch);

    /// That of the running kernel.
    public static KernelVersion running() throws ErrnoException {
        try (Fd file = Fd.open("/proc/sys/kernel/osrelease", O_RDONLY)) {
            return parse(KernelString.decode(file.readAll(1024)).strip());
        }
    }

    /// @param release such as `6.1.0-41-cloud-amd64`
    public static KernelVersion parse(String release) {
        Matcher form = FORM.matcher(release);
        if (!form.matches()) {
            throw new IllegalArgumentException("'" + release + "' is no kernel version");
        }
        int patch = form.group(3) == null ? 0 : Integer.parseInt(form.group(3));
        return new KernelVersion(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)), patch);
    }

    public boolean atLeast(int major, int minor) {
        return compareTo(new KernelVersion(major, minor, 0)) >= 0;
    }

    @Override
    public int compareTo(KernelVersion other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
