package io.crij.oci.spec;

import java.util.List;

/// Scheduling of a process, as for sched_setattr(2).
///
/// @param nice for OTHER and BATCH, -20 to 19
/// @param priority for FIFO and RR
/// @param runtime nanoseconds, like `deadline` and `period` for DEADLINE
public record Scheduler(
        Policy policy, int nice, int priority, List<Flag> flags, long runtime, long deadline, long period) {
    public Scheduler {
        Absent.required(policy, "policy");
        flags = Absent.toEmpty(flags);
    }

    /// The bits of `flags` for `struct sched_attr`.
    public long flagBits() {
        return flags.stream().mapToLong(Flag::bit).reduce(0, (a, b) -> a | b);
    }

    public enum Policy {
        SCHED_OTHER(0),
        SCHED_FIFO(1),
        SCHED_RR(2),
        SCHED_BATCH(3),
        SCHED_ISO(4),
        SCHED_IDLE(5),
        SCHED_DEADLINE(6);

        private final int number;

        Policy(int number) {
            this.number = number;
        }

        /// The number of linux/sched.h; SCHED_ISO (4) is reserved there and refused by the kernel.
        public int number() {
            return number;
        }
    }

    public enum Flag {
        SCHED_FLAG_RESET_ON_FORK(0x01),
        SCHED_FLAG_RECLAIM(0x02),
        SCHED_FLAG_DL_OVERRUN(0x04),
        SCHED_FLAG_KEEP_POLICY(0x08),
        SCHED_FLAG_KEEP_PARAMS(0x10),
        SCHED_FLAG_UTIL_CLAMP_MIN(0x20),
        SCHED_FLAG_UTIL_CLAMP_MAX(0x40);

        private final long bit;

        Flag(long bit) {
            this.bit = bit;
        }

        public long bit() {
            return bit;
        }
    }
}
