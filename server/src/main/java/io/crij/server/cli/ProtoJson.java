package io.crij.server.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.Collection;
import java.util.List;

/// Protobuf messages as JSON by protobuf's own mapping: camelCase names, 64-bit numbers as strings, enums by name,
/// absent messages left out, everything else present. It is what `crictl` prints, so programs can read both.
final class ProtoJson {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ProtoJson() {}

    static String print(JsonNode tree) {
        try {
            return MAPPER.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain nodes was not printed", e);
        }
    }

    /// `{"NAME": [messages]}`.
    static JsonNode list(String name, Collection<? extends Message> messages) {
        var array = NODES.arrayNode();
        messages.forEach(m -> array.add(tree(m)));
        return NODES.objectNode().set(name, array);
    }

    static JsonNode tree(Message message) {
        var object = NODES.objectNode();
        for (var field : message.getDescriptorForType().getFields()) {
            if (!field.hasPresence() || message.hasField(field)) {
                object.set(field.getJsonName(), field(field, message.getField(field)));
            }
        }
        return object;
    }

    /// A string that holds JSON becomes that JSON, as in the `info` maps of verbose answers; other text stays text.
    static JsonNode parsed(String text) {
        try {
            return text.startsWith("{") || text.startsWith("[") ? MAPPER.readTree(text) : NODES.textNode(text);
        } catch (JsonProcessingException e) {
            return NODES.textNode(text);
        }
    }

    private static JsonNode field(FieldDescriptor field, Object value) {
        if (field.isMapField()) {
            var entryType = field.getMessageType();
            var object = NODES.objectNode();
            for (var each : (List<?>) value) {
                var entry = (Message) each;
                var key = entry.getField(entryType.findFieldByNumber(1));
                object.set(
                        String.valueOf(key),
                        single(entryType.findFieldByNumber(2), entry.getField(entryType.findFieldByNumber(2))));
            }
            return object;
        }
        if (field.isRepeated()) {
            var array = NODES.arrayNode();
            ((List<?>) value).forEach(v -> array.add(single(field, v)));
            return array;
        }
        return single(field, value);
    }

    private static JsonNode single(FieldDescriptor field, Object value) {
        return switch (field.getJavaType()) {
            case INT -> NODES.numberNode((Integer) value);
            case LONG -> NODES.textNode(value.toString());
            case FLOAT -> NODES.numberNode((Float) value);
            case DOUBLE -> NODES.numberNode((Double) value);
            case BOOLEAN -> NODES.booleanNode((Boolean) value);
            case STRING -> NODES.textNode((String) value);
            case BYTE_STRING -> NODES.binaryNode(((ByteString) value).toByteArray());
            case ENUM -> NODES.textNode(((EnumValueDescriptor) value).getName());
            case MESSAGE -> tree((Message) value);
        };
    }
}
