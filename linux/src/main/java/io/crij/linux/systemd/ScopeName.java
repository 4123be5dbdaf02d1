package io.crij.linux.systemd;

import java.util.Optional;

/// Where a container is when systemd makes its cgroup: a scope in a slice. `linux.cgroupsPath` says it as
/// `slice:prefix:name`, as runc and crun take it.
///
/// @param slice as `kubepods-besteffort.slice`
/// @param unit as `crij-1f.scope`
public record ScopeName(String slice, String unit) {
    private static final String SUFFIX = ".scope";
    private static final String PREFIX = "crij";

    /// @throws IllegalArgumentException when systemd takes no such names; the message says why
    public ScopeName {
        UnitName.pathOfSlice(slice);
        UnitName.check(unit);
        if (!unit.endsWith(SUFFIX)) {
            throw new IllegalArgumentException("\"" + unit + "\" is no scope");
        }
    }

    /// Whether this is meant for systemd; a path has a slash, and no such name has.
    public static boolean isMeantBy(String cgroupsPath) {
        return cgroupsPath.indexOf(':') >= 0 && cgroupsPath.indexOf('/') < 0;
    }

    /// @param cgroupsPath `slice:prefix:name`; without a slice it is `system.slice`, without a prefix the name is all
    /// @throws IllegalArgumentException when it is not of that form
    public static ScopeName parse(String cgroupsPath) {
        String[] parts = cgroupsPath.split(":", -1);
        if (parts.length != 3 || parts[2].isEmpty()) {
            throw new IllegalArgumentException(
                    "\"" + cgroupsPath
                            + "\" does not say a place of systemd's: slice:prefix:name, as system.slice:crij:web, is that form");
        }
        if (parts[2].endsWith(".slice")) {
            throw new IllegalArgumentException(
                    "\"" + cgroupsPath
                            + "\" asks for a slice of its own for the container; a container is a scope, so give a name without .slice");
        }
        String slice = parts[0].isEmpty() ? "system.slice" : parts[0];
        return new ScopeName(slice, (parts[1].isEmpty() ? "" : parts[1] + "-") + parts[2] + SUFFIX);
    }

    /// The place of one of our containers, or of a pod's pause.
    public static ScopeName of(String slice, String id) {
        return new ScopeName(slice, PREFIX + "-" + id + SUFFIX);
    }

    /// The other way: from a path that [#path] gave. Empty when it is another path.
    public static Optional<ScopeName> ofPath(String path) {
        int slash = path.lastIndexOf('/');
        String above = path.substring(0, Math.max(0, slash));
        String slice = above.substring(above.lastIndexOf('/') + 1);
        String unit = path.substring(slash + 1);
        if (!unit.endsWith(SUFFIX) || !slice.endsWith(".slice")) {
            return Optional.empty();
        }
        var name = new ScopeName(slice, unit);
        return name.path().equals(path) ? Optional.of(name) : Optional.empty();
    }

    /// Its cgroup: absolute, as `/kubepods.slice/kubepods-besteffort.slice/crij-1f.scope`.
    public String path() {
        return UnitName.pathOfSlice(slice) + "/" + unit;
    }

    /// The other form of the same, for `linux.cgroupsPath`.
    public String cgroupsPath() {
        String name = unit.substring(0, unit.length() - SUFFIX.length());
        int dash = name.indexOf('-');
        return slice + ":" + (dash < 0 ? ":" + name : name.substring(0, dash) + ":" + name.substring(dash + 1));
    }
}
