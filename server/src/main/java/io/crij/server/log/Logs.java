package io.crij.server.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.status.NopStatusListener;
import io.crij.server.config.Config;
import org.slf4j.LoggerFactory;

/// Where log lines go: standard error, from slf4j, from the System.Logger of the other modules and from
/// java.util.logging of gRPC.
public final class Logs {
    // one line per event: what a container or registry sent may hold line breaks
    private static final String PATTERN =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0}: %replace(%msg){'[\\r\\n]+', ' | '}%n%ex";

    private Logs() {}

    /// Applies the configuration; may be called again when it changes.
    public static void configure(Config.Log config) {
        configure((LoggerContext) LoggerFactory.getILoggerFactory(), config);
    }

    static void configure(LoggerContext context, Config.Log config) {
        context.reset();
        context.getStatusManager().add(new NopStatusListener());
        var appender = new ConsoleAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setName("stderr");
        appender.setTarget("System.err");
        appender.setEncoder(encoder(context, config.format()));
        appender.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(appender);
        context.getLogger("io.crij").setLevel(level(config.level()));
        // gRPC sets TCP options on every channel, and Netty warns that a unix socket has none
        context.getLogger("io.netty.bootstrap").setLevel(Level.ERROR);
        // gRPC warns of each answer that was under way to a client that has gone
        context.getLogger("io.grpc.netty.NettyServerHandler").setLevel(Level.ERROR);
        JulBridge.install();
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context, Config.Log.Format format) {
        var encoder = switch (format) {
            case JSON -> new JsonEncoder();
            case TEXT -> {
                var text = new PatternLayoutEncoder();
                text.setPattern(PATTERN);
                yield text;
            }
        };
        encoder.setContext(context);
        encoder.start();
        return encoder;
    }

    private static Level level(Config.Log.Level level) {
        return switch (level) {
            case ERROR -> Level.ERROR;
            case WARN -> Level.WARN;
            case INFO -> Level.INFO;
            case DEBUG -> Level.DEBUG;
            case TRACE -> Level.TRACE;
        };
    }
}
