package io.crij.monitor;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/// The monitor's own log: one line per event, `2026-11-24T03:35:34.123Z WARNING Supervision: message: cause`. Only an
/// error that nobody expected brings its stack trace along.
final class LogLines extends Formatter {
    @Override
    public String format(LogRecord record) {
        StringBuilder line = new StringBuilder(200)
                .append(Instant.ofEpochMilli(record.getMillis()).truncatedTo(ChronoUnit.MILLIS))
                .append(' ')
                .append(level(record.getLevel()))
                .append(' ')
                .append(origin(String.valueOf(record.getLoggerName())))
                .append(": ")
                .append(formatMessage(record));
        Throwable thrown = record.getThrown();
        if (thrown != null) {
            line.append(": ").append(thrown.getMessage() == null ? thrown.toString() : thrown.getMessage());
        }
        line.append('\n');
        if (thrown instanceof RuntimeException && record.getLevel() == Level.SEVERE) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            line.append(trace);
        }
        return line.toString();
    }

    private static String level(Level level) {
        return level == Level.SEVERE ? "ERROR" : level.getName();
    }

    /// The class without its package.
    private static String origin(String logger) {
        return logger.substring(logger.lastIndexOf('.') + 1);
    }
}
