package io.crij.oci.json;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Writes a record as JSON, so that [RecordReader] reads an equal one back.
public final class RecordWriter {
    private final JsonGenerator out;
    private final Predicate<@Nullable Object> absent;

    private RecordWriter(JsonGenerator out, Predicate<@Nullable Object> absent) {
        this.out = out;
        this.absent = absent;
    }

    /// @param absent which values of components need not be written; null is never
    public static byte[] write(Record record, Predicate<@Nullable Object> absent) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator out = RecordReader.JSON.createGenerator(bytes)) {
            new RecordWriter(out, absent).object(RecordShape.of(record.getClass()), record);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // never: the bytes stay in memory
        }
        return bytes.toByteArray();
    }

    void object(RecordShape shape, Object record) throws IOException {
        out.writeStartObject();
        for (RecordShape.Property property : shape.properties()) {
            Object value = property.of(record);
            if (value != null && (property.explicit() || !absent.test(value))) {
                out.writeFieldName(property.name());
                property.shape().write(this, value);
            }
        }
        out.writeEndObject();
    }

    void text(Object value) throws IOException {
        out.writeString(value.toString());
    }

    void truth(boolean value) throws IOException {
        out.writeBoolean(value);
    }

    void whole(long value) throws IOException {
        out.writeNumber(value);
    }

    void again(LastValue last, Record value) throws IOException {
        byte[] json = last.json(value);
        if (json == null) {
            json = write(value, absent);
            last.remember(value, json);
        }
        out.writeRawValue(new String(json, StandardCharsets.UTF_8));
    }

    void unsigned(long value) throws IOException {
        if (value >= 0) {
            out.writeNumber(value);
        } else {
            out.writeNumber(new BigInteger(Long.toUnsignedString(value)));
        }
    }

    void many(Shape element, List<?> values) throws IOException {
        out.writeStartArray();
        for (Object value : values) {
            element.write(this, value);
        }
        out.writeEndArray();
    }

    void named(Shape shape, Map<?, ?> values) throws IOException {
        out.writeStartObject();
        for (Map.Entry<?, ?> entry : values.entrySet()) {
            out.writeFieldName((String) entry.getKey());
            shape.write(this, entry.getValue());
        }
        out.writeEndObject();
    }
}
