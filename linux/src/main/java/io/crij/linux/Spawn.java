package io.crij.linux;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Starts a program with posix_spawn(3), which shares the JVM's memory until the exec and so costs the same for
/// every heap size. The child begins with the given arguments and environment only, all signals at their defaults
/// and none blocked. It has the given descriptors and, where nothing was given for 0 to 2, this process's; every
/// other one is closed, also those that the JVM opened without close-on-exec (glibc 2.34). Not thread-safe; may be
/// started several times.
public final class Spawn {
    // more than glibc's 80 and 336 bytes
    private static final int ACTIONS_SIZE = 256;
    private static final int ATTRIBUTES_SIZE = 512;
    private static final short SETSIGDEF = 0x04;
    private static final short SETSIGMASK = 0x08;
    private static final short SETSID = 0x80;

    private final @Nullable Fd program;
    private final String named;
    private final Map<Integer, Fd> descriptors = new TreeMap<>();
    private List<String> arguments = List.of();
    private List<String> environment = List.of();
    private boolean session;

    /// A program that is open: an ELF file, not a script; a memfd for instance.
    public Spawn(Fd program) {
        this.program = program;
        named = "program";
        arguments = List.of(named);
    }

    /// @param path absolute
    public Spawn(String path) {
        program = null;
        named = path;
        arguments = List.of(path);
    }

    /// The whole `argv`, the program's own name first.
    public Spawn arguments(List<String> argv) {
        arguments = List.copyOf(argv);
        return this;
    }

    /// `NAME=value` each. Empty unless set.
    public Spawn environment(List<String> entries) {
        environment = List.copyOf(entries);
        return this;
    }

    /// Gives the child a descriptor under a number. The same one may be given under several.
    public Spawn descriptor(int childNumber, Fd fd) {
        descriptors.put(childNumber, fd);
        return this;
    }

    /// Makes the child leader of a new session.
    public Spawn newSession() {
        session = true;
        return this;
    }

    /// Starts the program; it is a child of this process, to be reaped through [ChildExit] or [Pidfd]. Fails with
    /// the errno of the exec.
    ///
    /// @return its pid
    public int start() throws ErrnoException {
        List<Fd> moved = new ArrayList<>();
        Map<Fd, Integer> held = new HashMap<>();
        try (Scratch memory = Scratch.take(memoryNeeded())) {
            int free = descriptors.isEmpty() ? 3 : Math.max(3, java.util.Collections.max(descriptors.keySet()) + 1);
            for (Fd fd : descriptors.values()) {
                hold(fd, free, held, moved);
            }
            return spawn(memory, path(held, moved), held);
        } finally {
            held.keySet().forEach(Fd::release);
            moved.forEach(Fd::close);
        }
    }

    private String path(Map<Fd, Integer> held, List<Fd> moved) throws ErrnoException {
        if (program == null) {
            return named;
        }
        // through our folder: in the child the descriptor is closed before the exec
        return "/proc/" + Self.pid() + "/fd/" + hold(program, 0, held, moved);
    }

    /// The number the child finds this file under before its descriptors are put in place. One that is in the way
    /// of these is duplicated out of it.
    private int hold(Fd fd, int free, Map<Fd, Integer> held, List<Fd> moved) throws ErrnoException {
        Integer known = held.get(fd);
        if (known != null) {
            return known;
        }
        int number = fd.acquire();
        held.put(fd, number);
        if (number < free) {
            Fd out = fd.dupAtLeast(free);
            moved.add(out);
            number = out.number();
            held.put(fd, number);
        }
        return number;
    }

    private int spawn(Scratch memory, String path, Map<Fd, Integer> held) throws ErrnoException {
        long actions = memory.reserve(ACTIONS_SIZE);
        long attributes = memory.reserve(ATTRIBUTES_SIZE);
        long pid = memory.zeroed(8);
        long file = memory.string(path);
        long argv = memory.strings(arguments);
        long envp = memory.strings(environment);
        long signals = memory.zeroed(128);
        check(LibC.posix_spawn_file_actions_init(actions), path);
        check(LibC.posix_spawnattr_init(attributes), path);
        try {
            check(LibC.posix_spawnattr_setsigmask(attributes, signals), path);
            memory.putLong(signals, -1L);
            check(LibC.posix_spawnattr_setsigdefault(attributes, signals), path);
            short flags = (short) (SETSIGDEF | SETSIGMASK | (session ? SETSID : 0));
            check(LibC.posix_spawnattr_setflags(attributes, flags), path);
            for (var entry : descriptors.entrySet()) {
                int from = java.util.Objects.requireNonNull(held.get(entry.getValue()));
                check(LibC.posix_spawn_file_actions_adddup2(actions, from, entry.getKey()), path);
            }
            closeOthers(actions, path);
            check(LibC.posix_spawn(pid, file, actions, attributes, argv, envp), path);
            return memory.intAt(pid);
        } finally {
            LibC.posix_spawn_file_actions_destroy(actions);
        }
    }

    private void closeOthers(long actions, String path) throws ErrnoException {
        int next = 3;
        for (int given : descriptors.keySet()) {
            for (int gap = next; gap < given; gap++) {
                check(LibC.posix_spawn_file_actions_addclose(actions, gap), path);
            }
            next = Math.max(next, given + 1);
        }
        check(LibC.posix_spawn_file_actions_addclosefrom_np(actions, next), path);
    }

    private int memoryNeeded() {
        int size = 2048 + 4096;
        for (String text : arguments) {
            size += 3 * text.length() + 24;
        }
        for (String text : environment) {
            size += 3 * text.length() + 24;
        }
        return size;
    }

    private static void check(int errno, String path) throws ErrnoException {
        if (errno != 0) {
            throw new ErrnoException("posix_spawn", errno, path);
        }
    }
}
