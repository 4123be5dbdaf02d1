package io.crij.oci.spec;

import io.crij.oci.json.Traits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A system call filter.
///
/// @param defaultAction for calls that no rule names
/// @param defaultErrnoRet for `SCMP_ACT_ERRNO` and `SCMP_ACT_TRACE`; absent: EPERM
/// @param architectures besides the machine's own one
/// @param listenerPath socket that gets the notify descriptor
public record Seccomp(
        Action defaultAction,
        @Nullable Integer defaultErrnoRet,
        List<Arch> architectures,
        List<Flag> flags,
        @Nullable String listenerPath,
        @Nullable String listenerMetadata,
        List<Rule> syscalls) {
    public Seccomp {
        Absent.required(defaultAction, "defaultAction");
        architectures = Absent.toEmpty(architectures);
        flags = Absent.toEmpty(flags);
        syscalls = Absent.toEmpty(syscalls);
    }

    /// @param names of system calls; unknown ones are ignored
    /// @param args all of them must hold, unless one index is named twice: then any
    public record Rule(
            List<String> names, Action action, @Nullable Integer errnoRet, List<Arg> args) {
        public Rule {
            names = Absent.toEmpty(names);
            Absent.required(action, "action");
            args = Absent.toEmpty(args);
        }
    }

    /// A comparison of one argument.
    ///
    /// @param index 0 to 5
    /// @param value unsigned; the mask with `SCMP_CMP_MASKED_EQ`
    /// @param valueTwo unsigned; what the masked argument must be
    public record Arg(int index, long value, long valueTwo, Op op) {
        static final Traits JSON = Traits.unsigned("value", "valueTwo");

        public Arg {
            Absent.required(op, "op");
        }
    }

    public enum Action {
        SCMP_ACT_KILL,
        SCMP_ACT_KILL_PROCESS,
        SCMP_ACT_KILL_THREAD,
        SCMP_ACT_TRAP,
        SCMP_ACT_ERRNO,
        SCMP_ACT_TRACE,
        SCMP_ACT_ALLOW,
        SCMP_ACT_LOG,
        SCMP_ACT_NOTIFY
    }

    public enum Op {
        SCMP_CMP_NE,
        SCMP_CMP_LT,
        SCMP_CMP_LE,
        SCMP_CMP_EQ,
        SCMP_CMP_GE,
        SCMP_CMP_GT,
        SCMP_CMP_MASKED_EQ
    }

    public enum Arch {
        SCMP_ARCH_X86,
        SCMP_ARCH_X86_64,
        SCMP_ARCH_X32,
        SCMP_ARCH_ARM,
        SCMP_ARCH_AARCH64,
        SCMP_ARCH_MIPS,
        SCMP_ARCH_MIPS64,
        SCMP_ARCH_MIPS64N32,
        SCMP_ARCH_MIPSEL,
        SCMP_ARCH_MIPSEL64,
        SCMP_ARCH_MIPSEL64N32,
        SCMP_ARCH_PPC,
        SCMP_ARCH_PPC64,
        SCMP_ARCH_PPC64LE,
        SCMP_ARCH_S390,
        SCMP_ARCH_S390X,
        SCMP_ARCH_PARISC,
        SCMP_ARCH_PARISC64,
        SCMP_ARCH_RISCV64,
        SCMP_ARCH_LOONGARCH64,
        SCMP_ARCH_M68K,
        SCMP_ARCH_SH,
        SCMP_ARCH_SHEB
    }

    public enum Flag {
        SECCOMP_FILTER_FLAG_TSYNC,
        SECCOMP_FILTER_FLAG_LOG,
        SECCOMP_FILTER_FLAG_SPEC_ALLOW,
        SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
    }
}
