package io.crij.server.streaming;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.crij.linux.WindowSize;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;

/// Reads `{"Width":80,"Height":24}` objects out of a stream in which they may come in any pieces. What is no such
/// object, or has a size that no terminal can have, is skipped.
final class TerminalSizes {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int LONGEST = 1024;
    private static final int LARGEST = 0xFFFF;

    private final StringBuilder text = new StringBuilder();

    /// @param sink gets each size
    void read(ByteBuf bytes, Consumer<WindowSize> sink) {
        text.append(bytes.toString(StandardCharsets.UTF_8));
        for (int end = text.indexOf("}"); end >= 0; end = text.indexOf("}")) {
            int begin = text.lastIndexOf("{", end);
            if (begin >= 0) {
                parse(text.substring(begin, end + 1)).ifPresent(sink);
            }
            text.delete(0, end + 1);
        }
        if (text.length() > LONGEST) {
            text.setLength(0);
        }
    }

    private static Optional<WindowSize> parse(String object) {
        try {
            var tree = JSON.readTree(object);
            var width = tree.path("Width");
            var height = tree.path("Height");
            return valid(width) && valid(height)
                    ? Optional.of(new WindowSize(height.intValue(), width.intValue()))
                    : Optional.empty();
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static boolean valid(JsonNode number) {
        return number.isInt() && number.intValue() > 0 && number.intValue() <= LARGEST;
    }
}
