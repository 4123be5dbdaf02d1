package io.crij.oci.json;

import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How a Java type looks as JSON. Methods rather than switches over the types: a switch over types is code that Java
/// makes at every start of a program.
sealed interface Shape {
    /// The value that the reader is at; not null.
    Object read(RecordReader in) throws IOException;

    void write(RecordWriter out, Object value) throws IOException;

    record Text() implements Shape {
        @Override
        public Object read(RecordReader in) throws IOException {
            return in.text();
        }

        @Override
        public void write(RecordWriter out, Object value) throws IOException {
            out.text(value);
        }
    }

    record Truth() implements Shape {
        @Override
        public Object read(RecordReader in) throws IOException {
            return in.truth();
        }

        @Override
        public void write(RecordWriter out, Object value) throws IOException {
            out.truth((Boolean) value);
        }
    }

    record Int() implements Shape {
        @Override
        public Object read(RecordReader in) throws IOException {
            return (int) in.whole(Integer.MIN_VALUE, Integer.MAX_VALUE);
        }

        @Override
        public void write(RecordWriter out, Object value) throws IOException {
            out.whole((Integer) value);
        }
    }

    record Whole() implements Shape {
        @Override
        public Object read(RecordReader in) throws IOException {
            return in.whole(Long.MIN_VALUE, Long.MAX_VALUE);
        }

        @Override
        public void write(RecordWriter out, Object value) throws IOException {
            out.whole((Long) value);
        }
    }

    record Unsigned() implements Shape {
        @Override
        public Object read(RecordReader in) throws IOException {
            return in.unsigned();
        }

        @Override
        public void write(RecordWriter out, Object value) throws IOException {
            out.unsigned((Long) value);
        }
    }

    /// @param constants by what they are called in JSON
    record OneOf(Map<String, Object> constants) implements Shape {
        @Override
        public Object read(RecordReader in) throws IOException {
            return in.oneOf(constants);
        }

        @Override
        public void write(RecordWriter out, Object value) throws IOException {
            out.text(value);
        }
    }

    record Many(Shape element) implements Shape {
        @Override
        public Object read(RecordReader in) throws IOException {
            return in.many(element);
        }

        @Override
        public void write(RecordWriter out, Object value) throws IOException {
            out.many(element, (List<?>) value);
        }
    }

    /// An object with any properties.
    record Named(Shape value) implements Shape {
        @Override
        public Object read(RecordReader in) throws IOException {
            return in.named(value);
        }

        @Override
        public void write(RecordWriter out, Object value) throws IOException {
            out.named(this.value, (Map<?, ?>) value);
        }
    }

    record Fields(Class<?> type) implements Shape {
        @Override
        public Object read(RecordReader in) throws IOException {
            return in.object(RecordShape.of(type));
        }

        @Override
        public void write(RecordWriter out, Object value) throws IOException {
            out.object(RecordShape.of(type), value);
        }
    }

    /// @param last remembered as long as the type is known
    record Again(Fields value, LastValue last) implements Shape {
        @Override
        public Object read(RecordReader in) throws IOException {
            return in.again(RecordShape.of(value.type), last);
        }

        @Override
        public void write(RecordWriter out, Object value) throws IOException {
            out.again(last, (Record) value);
        }
    }

    static Shape of(RecordComponent component, Traits traits) {
        if (traits.isRecurring(component.getName())) {
            return new Again(new Fields(component.getType()), new LastValue());
        }
        return traits.isUnsigned(component.getName()) ? new Unsigned() : of(component.getGenericType());
    }

    static Shape of(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            return generic.getRawType() == List.class ? new Many(of(arguments[0])) : new Named(of(arguments[1]));
        }
        if (type == String.class) {
            return new Text();
        }
        if (type == boolean.class || type == Boolean.class) {
            return new Truth();
        }
        if (type == int.class || type == Integer.class) {
            return new Int();
        }
        if (type == long.class || type == Long.class) {
            return new Whole();
        }
        if (type instanceof Class<?> c && c.isEnum()) {
            return new OneOf(constants(c.getEnumConstants()));
        }
        if (type instanceof Class<?> c && c.isRecord()) {
            return new Fields(c);
        }
        throw new IllegalArgumentException("values of " + type + " have no JSON form here");
    }

    private static Map<String, Object> constants(Object[] all) {
        Map<String, Object> constants = new LinkedHashMap<>();
        for (Object constant : all) {
            constants.put(constant.toString(), constant);
        }
        return constants;
    }
}
