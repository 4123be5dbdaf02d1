package io.crij.oci.program;

/// An argument of an operation.
public sealed interface Operand {
    /// How `init` is told: the number itself, or the register's.
    long encoded();

    /// A number that is known when the program is built, pointers into its data included.
    ///
    /// @param text how the listing shows it
    record Constant(long value, String text) implements Operand {
        @Override
        public long encoded() {
            return value;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /// An earlier result.
    ///
    /// @param index of the register; 0 is where results go that nobody asks for
    record Register(int index, String name) implements Operand {
        @Override
        public long encoded() {
            return index;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Operand of(long value) {
        return new Constant(value, Long.toString(value));
    }

    /// @param text such as `O_PATH|O_DIRECTORY`
    static Operand of(long value, String text) {
        return new Constant(value, text);
    }
}
