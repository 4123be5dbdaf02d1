package io.crij.oci.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads a record from JSON. Strict about types (`"5"` is no number, 1.5 no integer, 1 no boolean); unknown properties
/// are ignored, `null` is the same as absent: the record's constructor gets null, 0 or false. What it throws becomes
/// the reason of a [JsonException].
public final class RecordReader {
    static final JsonFactory JSON = new JsonFactory();
    private static final int LONGEST_VALUE = 100;

    private final byte[] source;
    private final JsonParser in;
    private final StringBuilder path = new StringBuilder();

    private RecordReader(byte[] source, JsonParser in) {
        this.source = source;
        this.in = in;
    }

    /// @throws JsonException when it is not well-formed, or not what the record wants
    public static <T extends Record> T read(Class<T> type, byte[] json) throws JsonException {
        try (JsonParser in = JSON.createParser(json)) {
            in.nextToken();
            RecordReader reader = new RecordReader(json, in);
            if (in.currentToken() == JsonToken.VALUE_NULL) {
                throw reader.refused("must be an object");
            }
            T record = type.cast(reader.object(RecordShape.of(type)));
            if (in.nextToken() != null) {
                throw new JsonException("$", "JSON", "is not well-formed: something follows its end");
            }
            return record;
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            String where = at == null ? "" : "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": ";
            throw new JsonException("$", "JSON", "is not well-formed: " + where + e.getOriginalMessage());
        } catch (JsonException e) {
            throw e;
        } catch (IOException e) {
            throw new JsonException("$", "JSON", "cannot be read: " + e.getMessage());
        }
    }

    Object again(RecordShape shape, LastValue last) throws IOException {
        require(JsonToken.START_OBJECT, "must be an object");
        int start = (int) in.currentTokenLocation().getByteOffset();
        Object known = last.value(source, start);
        if (known != null) {
            in.skipChildren();
            return known;
        }
        Object read = object(shape);
        last.remember(read, Arrays.copyOfRange(source, start, (int)
                in.currentLocation().getByteOffset()));
        return read;
    }

    String text() throws IOException {
        require(JsonToken.VALUE_STRING, "must be a string");
        return in.getText();
    }

    boolean truth() throws IOException {
        if (in.currentToken() != JsonToken.VALUE_TRUE && in.currentToken() != JsonToken.VALUE_FALSE) {
            throw refused("must be true or false");
        }
        return in.getBooleanValue();
    }

    long whole(long from, long to) throws IOException {
        String wanted = "must be a whole number from " + from + " to " + to;
        require(JsonToken.VALUE_NUMBER_INT, wanted);
        try {
            long value = in.getLongValue();
            if (value >= from && value <= to) {
                return value;
            }
        } catch (InputCoercionException _) {
            // more than 64 bits
        }
        throw refused(wanted);
    }

    long unsigned() throws IOException {
        String wanted = "is not a whole number from 0 to 18446744073709551615";
        require(JsonToken.VALUE_NUMBER_INT, wanted);
        BigInteger value = in.getBigIntegerValue();
        if (value.signum() < 0 || value.bitLength() > Long.SIZE) {
            throw refused(wanted);
        }
        return value.longValue();
    }

    Object oneOf(Map<String, Object> constants) throws IOException {
        Object found = in.currentToken() == JsonToken.VALUE_STRING ? constants.get(in.getText()) : null;
        if (found == null) {
            throw refused("is not one of " + String.join(", ", constants.keySet()));
        }
        return found;
    }

    List<@Nullable Object> many(Shape element) throws IOException {
        require(JsonToken.START_ARRAY, "must be an array");
        List<@Nullable Object> values = new ArrayList<>();
        int length = path.length();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            path.append('[').append(values.size()).append(']');
            values.add(in.currentToken() == JsonToken.VALUE_NULL ? null : element.read(this));
            path.setLength(length);
        }
        return values;
    }

    Map<String, @Nullable Object> named(Shape shape) throws IOException {
        require(JsonToken.START_OBJECT, "must be an object");
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        int length = path.length();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            enter(name);
            values.put(name, in.nextToken() == JsonToken.VALUE_NULL ? null : shape.read(this));
            path.setLength(length);
        }
        return values;
    }

    Object object(RecordShape shape) throws IOException {
        require(JsonToken.START_OBJECT, "must be an object");
        long start = in.currentTokenLocation().getByteOffset();
        int length = path.length();
        @Nullable Object[] values = shape.absent();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            int index = shape.index(name);
            in.nextToken();
            if (index < 0) {
                in.skipChildren();
                continue;
            }
            enter(name);
            values[index] = in.currentToken() == JsonToken.VALUE_NULL
                    ? shape.absent(index)
                    : shape.property(index).shape().read(this);
            path.setLength(length);
        }
        try {
            return shape.make(values);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String reason = cause.getMessage() == null ? "has a null where none may be" : cause.getMessage();
            throw refused(source(start), reason);
        }
    }

    private void enter(String name) {
        path.append(path.isEmpty() ? "" : ".").append(name);
    }

    private void require(JsonToken wanted, String reason) throws IOException {
        if (in.currentToken() == null) {
            throw new JsonException("$", "JSON", "is not well-formed: it is empty");
        }
        if (in.currentToken() != wanted) {
            throw refused(reason);
        }
    }

    /// Because of the value that the parser is at.
    private JsonException refused(String reason) throws IOException {
        long start = in.currentTokenLocation().getByteOffset();
        return switch (in.currentToken()) {
            case START_OBJECT, START_ARRAY -> {
                in.skipChildren();
                yield refused(source(start), reason);
            }
            case VALUE_STRING -> refused('"' + in.getText() + '"', reason);
            default -> refused(in.getText(), reason);
        };
    }

    private JsonException refused(String value, String reason) {
        String shown = value.length() <= LONGEST_VALUE ? value : value.substring(0, LONGEST_VALUE) + "…";
        return new JsonException(path.isEmpty() ? "$" : path.toString(), shown, reason);
    }

    /// What was read since.
    private String source(long start) {
        int end = (int) in.currentLocation().getByteOffset();
        return new String(source, (int) start, end - (int) start, StandardCharsets.UTF_8);
    }
}
