package io.crij.oci.program;

import org.jspecify.annotations.Nullable;

/// An argument of an operation. How a listing shows it is its `toString`, which is put into words only then: most
/// programs are never listed.
public sealed interface Operand {
    /// How `init` is told: the number itself, or the register's.
    long encoded();

    /// A number that is known when the program is built, pointers into its data included.
    sealed interface Constant extends Operand {
        long value();

        @Override
        default long encoded() {
            return value();
        }
    }

    /// @param text null: the number itself
    record Number(long value, @Nullable String text) implements Constant {
        @Override
        public String toString() {
            return text == null ? Long.toString(value) : text;
        }
    }

    /// A pointer to a string.
    record Text(long value, String text) implements Constant {
        @Override
        public String toString() {
            return '"' + text + '"';
        }
    }

    /// A pointer into data.
    record Inside(Constant data, int offset) implements Constant {
        @Override
        public long value() {
            return data.value() + offset;
        }

        @Override
        public String toString() {
            return data + "+" + offset;
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
        return new Number(value, null);
    }

    /// @param text such as `O_PATH|O_DIRECTORY`
    static Operand of(long value, String text) {
        return new Number(value, text);
    }
}
