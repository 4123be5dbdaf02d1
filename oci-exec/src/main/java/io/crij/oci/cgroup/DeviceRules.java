package io.crij.oci.cgroup;

import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.DeviceType;
import io.crij.oci.spec.LinuxResources.DeviceCgroup;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Device rules as the kernel understands them, in order, the last that matches decides.
///
/// Where the configuration has rules, the devices that every container has are allowed after them (runtime-spec
/// "Default Devices"), and nodes may be made, though not used. Where it has none, nothing is restricted.
final class DeviceRules {
    /// @param type [DeviceType#BLOCK], [DeviceType#CHARACTER] or, with wildcards for the rest, [DeviceType#ALL]
    /// @param major -1: all
    /// @param minor -1: all
    /// @param access bits of [#MKNOD], [#READ], [#WRITE]
    record Rule(boolean allow, DeviceType type, long major, long minor, int access) {
        /// What version 1's devices.allow and devices.deny take.
        List<String> lines() {
            String numbers = " " + (major < 0 ? "*" : major) + ":" + (minor < 0 ? "*" : minor) + " " + letters();
            if (type != DeviceType.ALL) {
                return List.of(type + numbers);
            }
            // to the kernel "a" means everything whatever follows it
            return major < 0 && minor < 0 && access == EVERY ? List.of("a") : List.of("b" + numbers, "c" + numbers);
        }

        private String letters() {
            return ((access & READ) != 0 ? "r" : "")
                    + ((access & WRITE) != 0 ? "w" : "")
                    + ((access & MKNOD) != 0 ? "m" : "");
        }
    }

    static final int MKNOD = 1;
    static final int READ = 2;
    static final int WRITE = 4;
    static final int EVERY = MKNOD | READ | WRITE;

    private static final List<Rule> DEFAULTS = List.of(
            new Rule(true, DeviceType.CHARACTER, -1, -1, MKNOD),
            new Rule(true, DeviceType.BLOCK, -1, -1, MKNOD),
            character(1, 3), // null
            character(1, 5), // zero
            character(1, 7), // full
            character(1, 8), // random
            character(1, 9), // urandom
            character(5, 0), // tty
            character(5, 2), // ptmx
            character(136, -1)); // pts

    private DeviceRules() {}

    static List<Rule> of(List<DeviceCgroup> devices) throws InvalidSpec {
        if (devices.isEmpty()) {
            return List.of();
        }
        var rules = new ArrayList<Rule>();
        for (int i = 0; i < devices.size(); i++) {
            rules.add(rule(devices.get(i), "linux.resources.devices[" + i + "]"));
        }
        rules.addAll(DEFAULTS);
        return rules;
    }

    private static Rule rule(DeviceCgroup device, String path) throws InvalidSpec {
        DeviceType type = device.type() == null ? DeviceType.ALL : device.type();
        return switch (type) {
            case FIFO -> throw new InvalidSpec(path + ".type", "p", "rules are about a, b or c");
            case UNBUFFERED -> rule(device, DeviceType.CHARACTER, path);
            case ALL, BLOCK, CHARACTER -> rule(device, type, path);
        };
    }

    private static Rule rule(DeviceCgroup device, DeviceType type, String path) throws InvalidSpec {
        return new Rule(
                device.allow(), type, number(device.major()), number(device.minor()), access(device.access(), path));
    }

    private static long number(@Nullable Long number) {
        return number == null || number < 0 ? -1 : number;
    }

    private static int access(@Nullable String letters, String path) throws InvalidSpec {
        if (letters == null || letters.isEmpty()) {
            return EVERY;
        }
        int access = 0;
        for (char letter : letters.toCharArray()) {
            access |= switch (letter) {
                case 'r' -> READ;
                case 'w' -> WRITE;
                case 'm' -> MKNOD;
                default -> throw new InvalidSpec(path + ".access", letters, "may have the letters r, w and m only");
            };
        }
        return access;
    }

    private static Rule character(long major, long minor) {
        return new Rule(true, DeviceType.CHARACTER, major, minor, EVERY);
    }
}
