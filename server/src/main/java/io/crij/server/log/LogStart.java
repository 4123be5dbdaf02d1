package io.crij.server.log;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.crij.server.config.Config;

/// What logback does before anybody has told it more: warnings and errors to standard error. Found by logback itself,
/// so
/// that no XML is looked for and parsed at every start of a command.
public final class LogStart extends ContextAwareBase implements Configurator {
    @Override
    public ExecutionStatus configure(LoggerContext context) {
        Logs.configure(context, new Config.Log(Config.Log.Level.WARN, Config.Log.Format.TEXT));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
