package io.crij.linux.systemd;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// Names of units (systemd.unit(5), systemd.slice(5)).
public final class UnitName {
    private static final int LONGEST = 255;

    private UnitName() {}

    /// Where the cgroup of a slice is: each dash leads a level down, so `a-b.slice` is in `a.slice`.
    ///
    /// @param slice as `kubepods-besteffort.slice`; `-.slice` is the root
    /// @return absolute, as `/kubepods.slice/kubepods-besteffort.slice`; empty for the root
    /// @throws IllegalArgumentException when it is no name of a slice; the message says why
    public static String pathOfSlice(String slice) {
        if (slice.equals("-.slice")) {
            return "";
        }
        if (!slice.endsWith(".slice")) {
            throw new IllegalArgumentException("\"" + slice + "\" is no slice: its name does not end with .slice");
        }
        check(slice);
        var path = new StringBuilder();
        String name = slice.substring(0, slice.length() - ".slice".length());
        for (int dash = name.indexOf('-'); ; dash = name.indexOf('-', dash + 1)) {
            String upTo = dash < 0 ? name : name.substring(0, dash);
            if (upTo.isEmpty() || upTo.endsWith("-")) {
                throw new IllegalArgumentException(
                        "\"" + slice + "\" is no slice: there must be a name before and after each dash");
            }
            path.append('/').append(upTo).append(".slice");
            if (dash < 0) {
                return path.toString();
            }
        }
    }

    /// @throws IllegalArgumentException when systemd takes no such name
    public static String check(String unit) {
        if (unit.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "\"" + unit + "\" is longer than the " + LONGEST + " characters of a unit's name");
        }
        if (!unit.matches("[A-Za-z0-9:_.\\\\@-]+")) {
            throw new IllegalArgumentException("\"" + unit
                    + "\" is no name of a unit: letters, digits and : _ . - \\ @ are allowed, no slash, no +");
        }
        return unit;
    }

    /// The path of a unit's object on the bus.
    static String objectPath(String unit) {
        var path = new StringBuilder("/org/freedesktop/systemd1/unit/");
        byte[] bytes = unit.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            int c = bytes[i] & 0xFF;
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' && i > 0;
            if (plain) {
                path.append((char) c);
            } else {
                path.append('_').append(HexFormat.of().toHexDigits(bytes[i]));
            }
        }
        return path.toString();
    }
}
