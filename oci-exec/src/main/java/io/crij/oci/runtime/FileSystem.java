package io.crij.oci.runtime;

import static io.crij.linux.abi.MountFlags.*;

import io.crij.oci.program.Call;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.Step;
import io.crij.oci.runtime.OciException.InvalidSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes a file system's mount that is not attached anywhere: fsopen, fsconfig, fsmount.
final class FileSystem {
    private static final int LONGEST_OPTION = 255;

    private final Steps steps;
    private final Register context;

    private final @Nullable String label;

    FileSystem(Steps steps) {
        this(steps, null);
    }

    /// @param label SELinux context of what is made
    FileSystem(Steps steps, @Nullable String label) {
        this.steps = steps;
        this.label = label;
        this.context = steps.p.register("fs");
    }

    /// @param where for messages: `at /dev/shm`
    /// @param data options of the file system
    /// @param flags `MS_*`; those that belong to the file system and not to the mount are used
    /// @param attributes `MOUNT_ATTR_*` of the mount
    /// @return the step that creates the file system, the one that is refused for most reasons
    Step make(String type, String where, String source, List<String> data, long flags, long attributes, Register mount)
            throws InvalidSpec {
        var p = steps.p;
        String about = "mount " + type + " " + where;
        p.call(about, Call.FSOPEN, p.text(type), Operand.of(FSOPEN_CLOEXEC, "CLOEXEC"))
                .into(context);
        set(about, "source", source);
        if (label != null && !type.equals("proc") && !type.equals("sysfs")) {
            set(about, "context", label);
        }
        List<String> options = new ArrayList<>(data);
        superBlockFlags(flags, options);
        for (String option : options) {
            int equals = option.indexOf('=');
            if (equals < 0) {
                configure(about, FSCONFIG_SET_FLAG, "SET_FLAG", p.text(option), Abi.ZERO);
            } else {
                set(about, option.substring(0, equals), option.substring(equals + 1));
            }
        }
        Step create = configure(about, FSCONFIG_CMD_CREATE, "CREATE", Abi.ZERO, Abi.ZERO);
        p.call(about, Call.FSMOUNT, context, Operand.of(FSMOUNT_CLOEXEC, "CLOEXEC"), Abi.attributes(attributes))
                .into(mount);
        steps.close(context);
        return create;
    }

    private void set(String about, String key, String value) throws InvalidSpec {
        if (value.length() > LONGEST_OPTION) {
            throw new InvalidSpec(
                    "mounts", key + "=" + value, "the kernel takes " + LONGEST_OPTION + " characters at most");
        }
        configure(about, FSCONFIG_SET_STRING, "SET_STRING", steps.p.text(key), steps.p.text(value));
    }

    private Step configure(String about, int command, String name, Operand key, Operand value) {
        return steps.p.call(about, Call.FSCONFIG, context, Operand.of(command, name), key, value, Abi.ZERO);
    }

    private static void superBlockFlags(long flags, List<String> options) {
        if ((flags & MS_SYNCHRONOUS) != 0) {
            options.add("sync");
        }
        if ((flags & MS_DIRSYNC) != 0) {
            options.add("dirsync");
        }
        if ((flags & MS_LAZYTIME) != 0) {
            options.add("lazytime");
        }
        if ((flags & MS_MANDLOCK) != 0) {
            options.add("mand");
        }
    }
}
