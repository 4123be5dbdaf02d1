package io.crij.server.call;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import java.util.Set;

/// A request in one short line for the log: its plain fields and the names in its `config`, `metadata`, `image` and
/// `filter`. Never credentials, commands or environment variables.
final class RequestSummary {
    private static final int LONGEST_VALUE = 200;
    private static final Set<String> OPENED =
            Set.of("config", "metadata", "image", "filter", "linux", "runtime_config", "network_config");

    private RequestSummary() {}

    static String of(Message request) {
        var text = new StringBuilder();
        append(text, request);
        return text.toString();
    }

    private static void append(StringBuilder text, Message message) {
        message.getAllFields().forEach((field, value) -> {
            if (field.isRepeated() || field.getOptions().getDebugRedact()) {
                return;
            }
            if (field.getJavaType() != JavaType.MESSAGE) {
                append(text, field, value.toString());
            } else if (OPENED.contains(field.getName())) {
                append(text, (Message) value);
            }
        });
    }

    private static void append(StringBuilder text, FieldDescriptor field, String value) {
        var shown = value.length() > LONGEST_VALUE ? value.substring(0, LONGEST_VALUE) + "…" : value;
        text.append(text.isEmpty() ? "" : " ")
                .append(field.getName())
                .append('=')
                .append(shown);
    }
}
