package io.crij.oci.spec;

import io.crij.oci.json.Traits;

/// A resource limit of a process.
///
/// @param soft unsigned; [#INFINITY] is no limit
/// @param hard unsigned, at least `soft`
public record Rlimit(Type type, long soft, long hard) {
    static final Traits JSON = Traits.unsigned("soft", "hard");

    public static final long INFINITY = -1;

    public Rlimit {
        Absent.required(type, "type");
    }

    /// The resources of asm-generic/resource.h; the ordinal is the number.
    public enum Type {
        RLIMIT_CPU,
        RLIMIT_FSIZE,
        RLIMIT_DATA,
        RLIMIT_STACK,
        RLIMIT_CORE,
        RLIMIT_RSS,
        RLIMIT_NPROC,
        RLIMIT_NOFILE,
        RLIMIT_MEMLOCK,
        RLIMIT_AS,
        RLIMIT_LOCKS,
        RLIMIT_SIGPENDING,
        RLIMIT_MSGQUEUE,
        RLIMIT_NICE,
        RLIMIT_RTPRIO,
        RLIMIT_RTTIME;

        /// The number for prlimit(2).
        public int number() {
            return ordinal();
        }
    }
}
