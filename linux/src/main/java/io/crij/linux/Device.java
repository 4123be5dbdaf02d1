package io.crij.linux;

/// A device number.
public record Device(int major, int minor) {
    /// As mknod(2) takes it (the kernel's "huge" encoding).
    public long encoded() {
        return (minor & 0xFFL) | ((major & 0xFFFL) << 8) | ((minor & ~0xFFL) << 12);
    }

    /// From the form that [#encoded] makes.
    public static Device decode(long encoded) {
        return new Device((int) ((encoded >>> 8) & 0xFFF), (int) ((encoded & 0xFF) | ((encoded >>> 12) & 0xFFF00)));
    }

    @Override
    public String toString() {
        return major + ":" + minor;
    }
}
