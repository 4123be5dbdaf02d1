package io.crij.linux.dbus;

import java.util.List;

/// A value in a variant, of the few types that properties of systemd's units have.
public sealed interface Value {
    /// Its type as D-Bus writes it.
    String signature();

    /// `s`
    record Text(String text) implements Value {
        @Override
        public String signature() {
            return "s";
        }
    }

    /// `b`
    record Flag(boolean flag) implements Value {
        @Override
        public String signature() {
            return "b";
        }
    }

    /// `t`, unsigned: -1 is the largest, which systemd takes for "infinity".
    record Number(long number) implements Value {
        @Override
        public String signature() {
            return "t";
        }

        @Override
        public String toString() {
            return Long.toUnsignedString(number);
        }
    }

    /// `au`
    record Numbers(List<Integer> numbers) implements Value {
        public Numbers {
            numbers = List.copyOf(numbers);
        }

        @Override
        public String signature() {
            return "au";
        }
    }

    /// `ay`, a byte each from 0 to 255.
    record Bytes(List<Integer> bytes) implements Value {
        public Bytes {
            bytes = List.copyOf(bytes);
        }

        @Override
        public String signature() {
            return "ay";
        }
    }
}
