package io.crij.oci.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// Where messages go: to the log file, one object or line each, and to standard error as they are. Engines show the
/// last error of that file to their users. A warning is in one place only, as runc has it: standard error may be that
/// of the container's process, where it would be taken for its output.
final class Messages {
    private final @Nullable Path log;
    private final String format;
    private final PrintStream err;

    Messages(@Nullable Path log, String format, PrintStream err) {
        this.log = log;
        this.format = format;
        this.err = err;
    }

    void error(Exception e, boolean withStack) {
        String message = FileErrors.text(e);
        err.println(message);
        record("error", message);
        if (withStack) {
            e.printStackTrace(err);
        }
    }

    void warning(String message) {
        if (log == null) {
            err.println("warning: " + message);
        } else {
            record("warning", message);
        }
    }

    private void record(String level, String message) {
        if (log == null) {
            return;
        }
        String time = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        try {
            String line = format.equals("json")
                    ? json(level, message, time)
                    : "time=\"" + time + "\" level=" + level + " msg=\"" + message.replace("\"", "\\\"") + "\"";
            Files.write(
                    log,
                    (line + "\n").getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            err.println("cannot write to the log " + log + ": " + FileErrors.reason(e));
        }
    }

    private static String json(String level, String message, String time) throws IOException {
        var text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("level", level);
            json.writeStringField("msg", message);
            json.writeStringField("time", time);
            json.writeEndObject();
        }
        return text.toString();
    }
}
