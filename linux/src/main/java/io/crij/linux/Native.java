package io.crij.linux;

/// Holds [LibC], which the class that jnr-ffi generates (in a class loader of its own) must be able to see, while
/// other packages must not: hence a public interface inside a package-private class.
final class Native {
    private Native() {}

    /// What we call in the C library. Everything is a number: addresses come from [Scratch] or a direct buffer, so
    /// that jnr-ffi makes plain calls without conversion, fast ones up to six arguments. Few methods: each one
    /// adds to the time the binding takes to load. Only [Kernel], [Spawn] and [NativeBytes] call these.
    public interface LibC {
        long syscall(long number, long a, long b, long c, long d, long e);

        long syscall(long number, long a, long b, long c, long d, long e, long f);

        long memchr(long memory, int value, long length);

        int posix_spawn(long pid, long path, long actions, long attributes, long arguments, long environment);

        int posix_spawn_file_actions_init(long actions);

        int posix_spawn_file_actions_adddup2(long actions, int from, int to);

        int posix_spawn_file_actions_addclose(long actions, int number);

        int posix_spawn_file_actions_addclosefrom_np(long actions, int from);

        int posix_spawn_file_actions_destroy(long actions);

        int posix_spawnattr_init(long attributes);

        int posix_spawnattr_setflags(long attributes, short flags);

        int posix_spawnattr_setsigdefault(long attributes, long signals);

        int posix_spawnattr_setsigmask(long attributes, long signals);
    }
}
