package io.crij.linux;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.HeapInvocationBuffer;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.Type;
import java.util.Arrays;

/// What we call in the C library, through jffi, the lower half of jnr-ffi: what the upper half makes of an interface
/// at every start of a program (a class, after a look through its methods) takes longer than a short command does.
///
/// Everything is a number: addresses come from [Scratch] or a direct buffer. All arguments are handed over as 64 bits
/// each, in registers; a function takes the lower part of those that it has as `int` or `short`. Only [Kernel], [Spawn]
/// and [NativeBytes] call these.
final class LibC {
    private static final Invoker INVOKER = Invoker.getInstance();
    private static final Library LIBRARY = Library.getCachedInstance("libc.so.6", Library.LAZY | Library.LOCAL);

    private static final CallContext ONE = context(1);
    private static final CallContext TWO = context(2);
    private static final CallContext THREE = context(3);
    private static final CallContext SIX = context(6);
    private static final CallContext SEVEN = context(7);

    private static final long SYSCALL = function("syscall");
    private static final long MEMCHR = function("memchr");

    /// Loaded with the first process that is started.
    private static final class PosixSpawn {
        static final long SPAWN = function("posix_spawn");
        static final long ACTIONS_INIT = function("posix_spawn_file_actions_init");
        static final long ACTIONS_DUP = function("posix_spawn_file_actions_adddup2");
        static final long ACTIONS_CLOSE = function("posix_spawn_file_actions_addclose");
        static final long ACTIONS_CLOSE_FROM = function("posix_spawn_file_actions_addclosefrom_np");
        static final long ACTIONS_DESTROY = function("posix_spawn_file_actions_destroy");
        static final long ATTRIBUTES_INIT = function("posix_spawnattr_init");
        static final long ATTRIBUTES_FLAGS = function("posix_spawnattr_setflags");
        static final long ATTRIBUTES_DEFAULTS = function("posix_spawnattr_setsigdefault");
        static final long ATTRIBUTES_MASK = function("posix_spawnattr_setsigmask");

        private PosixSpawn() {}
    }

    private LibC() {}

    private static CallContext context(int arguments) {
        var types = new Type[arguments];
        Arrays.fill(types, Type.SINT64);
        return CallContext.getCallContext(Type.SINT64, types, CallingConvention.DEFAULT, true);
    }

    private static long function(String name) {
        long address = LIBRARY == null ? 0 : LIBRARY.getSymbolAddress(name);
        if (address == 0) {
            throw new UnsatisfiedLinkError("there is no " + name + " in libc.so.6: cri-j needs glibc 2.34 or later ("
                    + Library.getLastError() + ")");
        }
        return address;
    }

    static long syscall(long number, long a, long b, long c, long d, long e) {
        return INVOKER.invokeL6(SIX, SYSCALL, number, a, b, c, d, e);
    }

    static long syscall(long number, long a, long b, long c, long d, long e, long f) {
        var arguments = new HeapInvocationBuffer(SEVEN);
        arguments.putLong(number);
        arguments.putLong(a);
        arguments.putLong(b);
        arguments.putLong(c);
        arguments.putLong(d);
        arguments.putLong(e);
        arguments.putLong(f);
        return INVOKER.invokeLong(SEVEN, SYSCALL, arguments);
    }

    static long memchr(long memory, int value, long length) {
        return INVOKER.invokeL3(THREE, MEMCHR, memory, value, length);
    }

    static int posix_spawn(long pid, long path, long actions, long attributes, long arguments, long environment) {
        return (int) INVOKER.invokeL6(SIX, PosixSpawn.SPAWN, pid, path, actions, attributes, arguments, environment);
    }

    static int posix_spawn_file_actions_init(long actions) {
        return (int) INVOKER.invokeL1(ONE, PosixSpawn.ACTIONS_INIT, actions);
    }

    static int posix_spawn_file_actions_adddup2(long actions, int from, int to) {
        return (int) INVOKER.invokeL3(THREE, PosixSpawn.ACTIONS_DUP, actions, from, to);
    }

    static int posix_spawn_file_actions_addclose(long actions, int number) {
        return (int) INVOKER.invokeL2(TWO, PosixSpawn.ACTIONS_CLOSE, actions, number);
    }

    static int posix_spawn_file_actions_addclosefrom_np(long actions, int from) {
        return (int) INVOKER.invokeL2(TWO, PosixSpawn.ACTIONS_CLOSE_FROM, actions, from);
    }

    static int posix_spawn_file_actions_destroy(long actions) {
        return (int) INVOKER.invokeL1(ONE, PosixSpawn.ACTIONS_DESTROY, actions);
    }

    static int posix_spawnattr_init(long attributes) {
        return (int) INVOKER.invokeL1(ONE, PosixSpawn.ATTRIBUTES_INIT, attributes);
    }

    static int posix_spawnattr_setflags(long attributes, short flags) {
        return (int) INVOKER.invokeL2(TWO, PosixSpawn.ATTRIBUTES_FLAGS, attributes, flags);
    }

    static int posix_spawnattr_setsigdefault(long attributes, long signals) {
        return (int) INVOKER.invokeL2(TWO, PosixSpawn.ATTRIBUTES_DEFAULTS, attributes, signals);
    }

    static int posix_spawnattr_setsigmask(long attributes, long signals) {
        return (int) INVOKER.invokeL2(TWO, PosixSpawn.ATTRIBUTES_MASK, attributes, signals);
    }
}
