package io.crij.sandbox;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Function;

/// The one mapper for records on disk: record components only, times as ISO 8601 with nanoseconds, paths as text.
/// Unknown properties are ignored, so that an older version can read what a newer one wrote.
final class Json {
    static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(
                    MapperFeature.AUTO_DETECT_GETTERS,
                    MapperFeature.AUTO_DETECT_IS_GETTERS,
                    MapperFeature.AUTO_DETECT_SETTERS)
            .visibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .addModule(text(Instant.class, Instant::parse))
            .addModule(text(Path.class, Path::of))
            .build();

    private Json() {}

    private static <T> SimpleModule text(Class<T> type, Function<String, T> parse) {
        return new SimpleModule(type.getSimpleName())
                .addSerializer(type, new StdSerializer<T>(type) {
                    @Override
                    public void serialize(T value, JsonGenerator out, SerializerProvider provider) throws IOException {
                        out.writeString(value.toString());
                    }
                })
                .addDeserializer(type, new StdDeserializer<T>(type) {
                    @Override
                    public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
                        return parse.apply(in.getText());
                    }
                });
    }
}
