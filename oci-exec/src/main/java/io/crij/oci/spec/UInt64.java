package io.crij.oci.spec;

import com.fasterxml.jackson.annotation.JacksonAnnotationsInside;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.math.BigInteger;

/// A `long` that carries an unsigned 64-bit number of the JSON: 18446744073709551615 is -1 here.
@Retention(RetentionPolicy.RUNTIME)
@JacksonAnnotationsInside
@JsonSerialize(using = UInt64.Writer.class)
@JsonDeserialize(using = UInt64.Reader.class)
@interface UInt64 {
    final class Writer extends JsonSerializer<Long> {
        @Override
        public void serialize(Long value, JsonGenerator out, SerializerProvider provider) throws IOException {
            if (value >= 0) {
                out.writeNumber(value);
            } else {
                out.writeNumber(new BigInteger(Long.toUnsignedString(value)));
            }
        }
    }

    final class Reader extends JsonDeserializer<Long> {
        @Override
        public Long deserialize(JsonParser in, DeserializationContext context) throws IOException {
            if (in.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                BigInteger value = in.getBigIntegerValue();
                if (value.signum() >= 0 && value.bitLength() <= 64) {
                    return value.longValue();
                }
            }
            return (Long) context.handleWeirdNumberValue(
                    Long.class, 0, "is not a whole number from 0 to 18446744073709551615");
        }

        @Override
        public Long getNullValue(DeserializationContext context) {
            return 0L;
        }
    }
}
