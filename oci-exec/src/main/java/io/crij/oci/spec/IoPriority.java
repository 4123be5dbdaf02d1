package io.crij.oci.spec;

import io.crij.oci.json.Traits;

/// I/O priority of a process, as for ioprio_set(2).
///
/// @param priority 0 (highest) to 7 within the class
public record IoPriority(IoClass ioClass, int priority) {
    static final Traits JSON = Traits.named("ioClass", "class");

    public IoPriority {
        Absent.required(ioClass, "class");
    }

    /// The argument of ioprio_set(2): class in the upper bits, priority in the lower 13.
    public int value() {
        return ioClass.number() << 13 | priority;
    }

    public enum IoClass {
        IOPRIO_CLASS_RT(1),
        IOPRIO_CLASS_BE(2),
        IOPRIO_CLASS_IDLE(3);

        private final int number;

        IoClass(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }
    }
}
