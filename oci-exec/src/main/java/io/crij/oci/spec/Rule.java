package io.crij.oci.spec;

import io.crij.oci.runtime.OciException.InvalidSpec;
import java.util.List;
import java.util.regex.Pattern;

/// Checks that several parts of a configuration share.
final class Rule {
    static final long HIGHEST_ID = 0xffff_fffeL;

    /// `UID_GID_MAP_MAX_EXTENTS` of the kernel.
    private static final int MOST_MAPPINGS = 340;

    private static final Pattern LIST = Pattern.compile("[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*");

    private Rule() {}

    static void absolute(String path, String value) throws InvalidSpec {
        if (!value.startsWith("/")) {
            throw new InvalidSpec(path, '"' + value + '"', "must be an absolute path");
        }
        noZero(path, value);
    }

    /// To the kernel a string ends there, so another file or value would be meant.
    static void noZero(String path, String value) throws InvalidSpec {
        if (value.indexOf('\0') >= 0) {
            throw new InvalidSpec(path, '"' + value.replace("\0", "\\u0000") + '"', "has a zero byte in it");
        }
    }

    static void noZero(String path, List<String> values) throws InvalidSpec {
        for (int i = 0; i < values.size(); i++) {
            noZero(path + "[" + i + "]", values.get(i));
        }
    }

    static void between(String path, long value, long least, long most) throws InvalidSpec {
        if (value < least || value > most) {
            throw new InvalidSpec(path, Long.toString(value), "must be " + least + " to " + most);
        }
    }

    /// A list of numbers such as `0-3,7`.
    static void list(String path, String list) throws InvalidSpec {
        if (!LIST.matcher(list).matches()) {
            throw new InvalidSpec(path, '"' + list + '"', "must be a list such as 0-3,7");
        }
    }

    static void mappings(String path, List<IdMapping> mappings) throws InvalidSpec {
        if (mappings.size() > MOST_MAPPINGS) {
            throw new InvalidSpec(path, mappings.size() + " ranges", "the kernel takes at most " + MOST_MAPPINGS);
        }
        for (int i = 0; i < mappings.size(); i++) {
            IdMapping m = mappings.get(i);
            String here = path + "[" + i + "]";
            between(here + ".size", m.size(), 1, HIGHEST_ID + 1);
            between(here + ".containerID", m.containerID(), 0, HIGHEST_ID + 1 - m.size());
            between(here + ".hostID", m.hostID(), 0, HIGHEST_ID + 1 - m.size());
            for (int j = 0; j < i; j++) {
                IdMapping other = mappings.get(j);
                if (overlap(m.containerID(), other.containerID(), m, other)
                        || overlap(m.hostID(), other.hostID(), m, other)) {
                    throw new InvalidSpec(
                            here,
                            m.containerID() + ":" + m.hostID() + ":" + m.size(),
                            "overlaps with " + path + "[" + j + "]");
                }
            }
        }
    }

    private static boolean overlap(long a, long b, IdMapping first, IdMapping second) {
        return a < b + second.size() && b < a + first.size();
    }
}
