package io.crij.oci.spec;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A mount's options, sorted by the system call that takes them (runtime-spec "Linux mount options").
///
/// @param flags `MS_*` of mount(2), `MS_BIND` and `MS_REC` of `rbind` included
/// @param cleared `MS_*` that an option such as `rw` or `suid` turns off
/// @param propagation one propagation type each, with `MS_REC` where recursive; every one is a mount(2) of its own
/// @param recursiveSet `MOUNT_ATTR_*` for mount_setattr(2) with `AT_RECURSIVE`
/// @param recursiveCleared likewise, to clear
/// @param idmap how the mount's owners are mapped
/// @param copyUp `tmpcopyup`: a tmpfs begins with the content of the folder it covers
/// @param data what the file system itself understands
public record MountOptions(
        long flags,
        long cleared,
        List<Long> propagation,
        long recursiveSet,
        long recursiveCleared,
        Idmap idmap,
        boolean copyUp,
        List<String> data) {
    public static final long MS_RDONLY = 1;
    public static final long MS_NOSUID = 2;
    public static final long MS_NODEV = 4;
    public static final long MS_NOEXEC = 8;
    public static final long MS_SYNCHRONOUS = 16;
    public static final long MS_REMOUNT = 32;
    public static final long MS_MANDLOCK = 64;
    public static final long MS_DIRSYNC = 128;
    public static final long MS_NOSYMFOLLOW = 256;
    public static final long MS_NOATIME = 1024;
    public static final long MS_NODIRATIME = 2048;
    public static final long MS_BIND = 4096;
    public static final long MS_REC = 16384;
    public static final long MS_SILENT = 32768;
    public static final long MS_UNBINDABLE = 1 << 17;
    public static final long MS_PRIVATE = 1 << 18;
    public static final long MS_SLAVE = 1 << 19;
    public static final long MS_SHARED = 1 << 20;
    public static final long MS_RELATIME = 1 << 21;
    public static final long MS_I_VERSION = 1 << 23;
    public static final long MS_STRICTATIME = 1 << 24;
    public static final long MS_LAZYTIME = 1 << 25;

    public static final long MOUNT_ATTR_RDONLY = 0x1;
    public static final long MOUNT_ATTR_NOSUID = 0x2;
    public static final long MOUNT_ATTR_NODEV = 0x4;
    public static final long MOUNT_ATTR_NOEXEC = 0x8;
    /// The two bits of the access time mode; relatime is 0 in them.
    public static final long MOUNT_ATTR_ATIME = 0x70;

    public static final long MOUNT_ATTR_NOATIME = 0x10;
    public static final long MOUNT_ATTR_STRICTATIME = 0x20;
    public static final long MOUNT_ATTR_NODIRATIME = 0x80;
    public static final long MOUNT_ATTR_NOSYMFOLLOW = 0x200000;

    private static final long MS_ATIME = MS_NOATIME | MS_RELATIME | MS_STRICTATIME;

    /// Whether the mount's owners are mapped, and how deep.
    public enum Idmap {
        NONE,
        MOUNT,
        RECURSIVE
    }

    /// What a name does. Methods rather than a switch over the types, which is code that Java makes at every start of a
    /// program.
    private sealed interface Option {
        void apply(Sorter to);

        record Set(long flags) implements Option {
            @Override
            public void apply(Sorter to) {
                if ((flags & MS_ATIME) != 0) {
                    to.flags &= ~MS_ATIME;
                }
                to.flags |= flags;
                to.cleared &= ~flags;
            }
        }

        record Clear(long flags) implements Option {
            @Override
            public void apply(Sorter to) {
                to.flags &= ~flags;
                to.cleared |= flags;
            }
        }

        record Propagation(long flags) implements Option {
            @Override
            public void apply(Sorter to) {
                to.propagation.add(flags);
            }
        }

        record SetRecursive(long attributes) implements Option {
            @Override
            public void apply(Sorter to) {
                if ((attributes & ~MOUNT_ATTR_ATIME) == 0) {
                    // the access time is one field: it is cleared as a whole and set anew
                    to.recursiveSet &= ~MOUNT_ATTR_ATIME;
                    to.recursiveCleared |= MOUNT_ATTR_ATIME;
                } else {
                    to.recursiveCleared &= ~attributes;
                }
                to.recursiveSet |= attributes;
            }
        }

        record ClearRecursive(long attributes) implements Option {
            @Override
            public void apply(Sorter to) {
                to.recursiveSet &= ~attributes;
                to.recursiveCleared |= attributes;
            }
        }

        record Mapped(Idmap idmap) implements Option {
            @Override
            public void apply(Sorter to) {
                to.idmap = idmap;
            }
        }

        record CopyUp() implements Option {
            @Override
            public void apply(Sorter to) {
                to.copyUp = true;
            }
        }
    }

    private static final Map<String, Option> OPTIONS = Map.ofEntries(
            entry("defaults", new Option.Set(0)),
            entry("async", new Option.Clear(MS_SYNCHRONOUS)),
            entry("atime", new Option.Clear(MS_NOATIME)),
            entry("bind", new Option.Set(MS_BIND)),
            entry("dev", new Option.Clear(MS_NODEV)),
            entry("diratime", new Option.Clear(MS_NODIRATIME)),
            entry("dirsync", new Option.Set(MS_DIRSYNC)),
            entry("exec", new Option.Clear(MS_NOEXEC)),
            entry("iversion", new Option.Set(MS_I_VERSION)),
            entry("lazytime", new Option.Set(MS_LAZYTIME)),
            entry("loud", new Option.Clear(MS_SILENT)),
            entry("mand", new Option.Set(MS_MANDLOCK)),
            entry("noatime", new Option.Set(MS_NOATIME)),
            entry("nodev", new Option.Set(MS_NODEV)),
            entry("nodiratime", new Option.Set(MS_NODIRATIME)),
            entry("noexec", new Option.Set(MS_NOEXEC)),
            entry("noiversion", new Option.Clear(MS_I_VERSION)),
            entry("nolazytime", new Option.Clear(MS_LAZYTIME)),
            entry("nomand", new Option.Clear(MS_MANDLOCK)),
            entry("norelatime", new Option.Clear(MS_RELATIME)),
            entry("nostrictatime", new Option.Clear(MS_STRICTATIME)),
            entry("nosuid", new Option.Set(MS_NOSUID)),
            entry("nosymfollow", new Option.Set(MS_NOSYMFOLLOW)),
            entry("rbind", new Option.Set(MS_BIND | MS_REC)),
            entry("relatime", new Option.Set(MS_RELATIME)),
            entry("remount", new Option.Set(MS_REMOUNT)),
            entry("ro", new Option.Set(MS_RDONLY)),
            entry("rw", new Option.Clear(MS_RDONLY)),
            entry("silent", new Option.Set(MS_SILENT)),
            entry("strictatime", new Option.Set(MS_STRICTATIME)),
            entry("suid", new Option.Clear(MS_NOSUID)),
            entry("symfollow", new Option.Clear(MS_NOSYMFOLLOW)),
            entry("sync", new Option.Set(MS_SYNCHRONOUS)),
            entry("private", new Option.Propagation(MS_PRIVATE)),
            entry("shared", new Option.Propagation(MS_SHARED)),
            entry("slave", new Option.Propagation(MS_SLAVE)),
            entry("unbindable", new Option.Propagation(MS_UNBINDABLE)),
            entry("rprivate", new Option.Propagation(MS_PRIVATE | MS_REC)),
            entry("rshared", new Option.Propagation(MS_SHARED | MS_REC)),
            entry("rslave", new Option.Propagation(MS_SLAVE | MS_REC)),
            entry("runbindable", new Option.Propagation(MS_UNBINDABLE | MS_REC)),
            entry("rro", new Option.SetRecursive(MOUNT_ATTR_RDONLY)),
            entry("rrw", new Option.ClearRecursive(MOUNT_ATTR_RDONLY)),
            entry("rnosuid", new Option.SetRecursive(MOUNT_ATTR_NOSUID)),
            entry("rsuid", new Option.ClearRecursive(MOUNT_ATTR_NOSUID)),
            entry("rnodev", new Option.SetRecursive(MOUNT_ATTR_NODEV)),
            entry("rdev", new Option.ClearRecursive(MOUNT_ATTR_NODEV)),
            entry("rnoexec", new Option.SetRecursive(MOUNT_ATTR_NOEXEC)),
            entry("rexec", new Option.ClearRecursive(MOUNT_ATTR_NOEXEC)),
            entry("rnodiratime", new Option.SetRecursive(MOUNT_ATTR_NODIRATIME)),
            entry("rdiratime", new Option.ClearRecursive(MOUNT_ATTR_NODIRATIME)),
            entry("rrelatime", new Option.SetRecursive(0)),
            entry("rnorelatime", new Option.SetRecursive(MOUNT_ATTR_STRICTATIME)),
            entry("rnoatime", new Option.SetRecursive(MOUNT_ATTR_NOATIME)),
            entry("ratime", new Option.SetRecursive(0)),
            entry("rstrictatime", new Option.SetRecursive(MOUNT_ATTR_STRICTATIME)),
            entry("rnostrictatime", new Option.SetRecursive(0)),
            entry("rnosymfollow", new Option.SetRecursive(MOUNT_ATTR_NOSYMFOLLOW)),
            entry("rsymfollow", new Option.ClearRecursive(MOUNT_ATTR_NOSYMFOLLOW)),
            entry("idmap", new Option.Mapped(Idmap.MOUNT)),
            entry("ridmap", new Option.Mapped(Idmap.RECURSIVE)),
            entry("tmpcopyup", new Option.CopyUp()));

    public MountOptions {
        propagation = List.copyOf(propagation);
        data = List.copyOf(data);
    }

    /// Sorts the options of a mount. A later option overrides an earlier one; an unknown one is the file system's.
    public static MountOptions of(List<String> options) {
        var sorted = new Sorter();
        options.forEach(sorted::add);
        return sorted.result();
    }

    /// The options of a mount; an `idmap` is implied by its mappings (recursive for `rbind`).
    public static MountOptions of(Mount mount) {
        MountOptions options = of(mount.options());
        if (mount.uidMappings().isEmpty() || options.idmap != Idmap.NONE) {
            return options;
        }
        return new MountOptions(
                options.flags,
                options.cleared,
                options.propagation,
                options.recursiveSet,
                options.recursiveCleared,
                (options.flags & MS_REC) == 0 ? Idmap.MOUNT : Idmap.RECURSIVE,
                options.copyUp,
                options.data);
    }

    /// Names that [#of] knows, in order; for `features`.
    public static List<String> known() {
        return OPTIONS.keySet().stream().sorted().toList();
    }

    public boolean bind() {
        return (flags & MS_BIND) != 0;
    }

    public boolean readOnly() {
        return (flags & MS_RDONLY) != 0;
    }

    /// What belongs to the mount and not to the file system, as `MOUNT_ATTR_*` to set by fsmount(2) or
    /// mount_setattr(2).
    public long attributesSet() {
        return attributes(flags) | atime(flags);
    }

    /// `MOUNT_ATTR_*` to clear; the whole access time field where an option names one.
    public long attributesCleared() {
        boolean atime = ((flags | cleared) & MS_ATIME) != 0;
        return attributes(cleared) | (atime ? MOUNT_ATTR_ATIME : 0);
    }

    private static long attributes(long flags) {
        return bit(flags, MS_RDONLY, MOUNT_ATTR_RDONLY)
                | bit(flags, MS_NOSUID, MOUNT_ATTR_NOSUID)
                | bit(flags, MS_NODEV, MOUNT_ATTR_NODEV)
                | bit(flags, MS_NOEXEC, MOUNT_ATTR_NOEXEC)
                | bit(flags, MS_NODIRATIME, MOUNT_ATTR_NODIRATIME)
                | bit(flags, MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW);
    }

    private static long atime(long flags) {
        return (flags & MS_NOATIME) != 0 ? MOUNT_ATTR_NOATIME : bit(flags, MS_STRICTATIME, MOUNT_ATTR_STRICTATIME);
    }

    private static long bit(long flags, long flag, long attribute) {
        return (flags & flag) == 0 ? 0 : attribute;
    }

    private static final class Sorter {
        private long flags;
        private long cleared;
        private final List<Long> propagation = new ArrayList<>();
        private long recursiveSet;
        private long recursiveCleared;
        private Idmap idmap = Idmap.NONE;
        private boolean copyUp;
        private final List<String> data = new ArrayList<>();

        private void add(String name) {
            Option option = OPTIONS.get(name);
            if (option == null) {
                data.add(name);
            } else {
                option.apply(this);
            }
        }

        private MountOptions result() {
            return new MountOptions(flags, cleared, propagation, recursiveSet, recursiveCleared, idmap, copyUp, data);
        }
    }
}
