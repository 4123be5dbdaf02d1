package io.crij.oci.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.IGetter;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// An option or parameter of a verb, and what was given for it.
final class Argument<T extends @Nullable Object> implements IGetter, ISetter {
    private final List<String> names;
    private final String label;
    private final String description;
    private final Kind kind;
    private final T initial;
    private T value;
    private boolean given;
    private boolean hidden;

    /// What one value is.
    enum Kind {
        FLAG(boolean.class, text -> text),
        TEXT(String.class, text -> text),
        PATH(Path.class, Path::of),
        INT(Integer.class, Integer::valueOf),
        LONG(Long.class, Long::valueOf),
        SIZE(Long.class, new Size());

        private final Class<?> type;
        private final ITypeConverter<?> converter;

        Kind(Class<?> type, ITypeConverter<?> converter) {
            this.type = type;
            this.converter = converter;
        }

        /// @throws Exception when the text is none; picocli knows the words for that
        Object read(String text) throws Exception {
            return converter.convert(text);
        }

        /// For picocli, which knows the other ones.
        private ITypeConverter<?>[] converters() {
            return this == SIZE ? new ITypeConverter<?>[] {converter} : new ITypeConverter<?>[0];
        }
    }

    /// @param names none for a parameter
    Argument(List<String> names, String label, String description, Kind kind, T initial) {
        this.names = names;
        this.label = label;
        this.description = description;
        this.kind = kind;
        this.initial = initial;
        value = initial;
    }

    /// Not shown by `--help`.
    Argument<T> hidden() {
        hidden = true;
        return this;
    }

    @Override
    @SuppressWarnings({"TypeParameterUnusedInFormals", "unchecked"}) // picocli has it so
    public <V> V get() {
        return (V) value;
    }

    T value() {
        return value;
    }

    @Override
    @SuppressWarnings({"TypeParameterUnusedInFormals", "unchecked"}) // converted for this type
    public <V> V set(V wanted) {
        V before = (V) value;
        value = (T) wanted;
        return before;
    }

    boolean named(String name) {
        return names.contains(name);
    }

    boolean isFlag() {
        return kind == Kind.FLAG;
    }

    boolean required() {
        return names.isEmpty() && initial == null;
    }

    boolean many() {
        return initial instanceof List;
    }

    /// Takes a value from the command line.
    ///
    /// @return false when it is none, or one too many
    boolean take(String text) {
        if (given && !many()) {
            return false;
        }
        try {
            Object read = isFlag() ? Boolean.valueOf(true) : kind.read(text);
            if (many()) {
                var all = new ArrayList<@Nullable Object>((List<?>) value);
                all.add(read);
                read = all;
            }
            set(read);
            given = true;
            return true;
        } catch (Exception e) {
            return false;
        }
    }

    void forget() {
        value = initial;
        given = false;
    }

    OptionSpec option() {
        return OptionSpec.builder(names.toArray(String[]::new))
                .type(many() ? List.class : kind.type)
                .auxiliaryTypes(kind.type)
                .converters(kind.converters())
                .paramLabel(label)
                .description(lines())
                .hidden(hidden)
                .initialValue(initial)
                .getter(this)
                .setter(this)
                .build();
    }

    PositionalParamSpec parameter(int index) {
        return PositionalParamSpec.builder()
                .index(many() ? index + "..*" : Integer.toString(index))
                .arity(many() ? "0..*" : required() ? "1" : "0..1")
                .required(required())
                .type(many() ? List.class : kind.type)
                .auxiliaryTypes(kind.type)
                .converters(kind.converters())
                .paramLabel(label)
                .description(lines())
                .initialValue(initial)
                .getter(this)
                .setter(this)
                .build();
    }

    private String[] lines() {
        return description.isEmpty() ? new String[0] : new String[] {description};
    }
}
