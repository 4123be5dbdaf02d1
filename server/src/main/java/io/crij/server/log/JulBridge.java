package io.crij.server.log;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.slf4j.LoggerFactory;

/// Hands what java.util.logging gets, which gRPC writes to, on to slf4j.
final class JulBridge extends Handler {
    private final SimpleFormatter formatter = new SimpleFormatter();

    /// Replaces the handlers of the root logger; warnings and worse only.
    static void install() {
        LogManager.getLogManager().reset();
        var root = java.util.logging.Logger.getLogger("");
        root.setLevel(Level.WARNING);
        root.addHandler(new JulBridge());
    }

    @Override
    public void publish(LogRecord line) {
        var logger = LoggerFactory.getLogger(line.getLoggerName() == null ? "jul" : line.getLoggerName());
        var message = formatter.formatMessage(line);
        if (line.getLevel().intValue() >= Level.SEVERE.intValue()) {
            logger.error(message, line.getThrown());
        } else {
            logger.warn(message, line.getThrown());
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
