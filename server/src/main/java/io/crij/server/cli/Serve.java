package io.crij.server.cli;

import io.crij.linux.CgroupTree;
import io.crij.server.CriServer;
import io.crij.server.config.CgroupChoice;
import io.crij.server.config.ConfigException;
import io.crij.server.log.Logs;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `crij serve`: the CRI server, in the foreground until SIGTERM or SIGINT. Containers live on when it ends.
@Command(name = "serve", mixinStandardHelpOptions = true, description = "Serves the CRI on a unix socket.")
final class Serve implements Callable<Integer> {
    private static final int MISCONFIGURED = 78; // EX_CONFIG of sysexits.h: a restart will not help

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Override
    public Integer call() throws InterruptedException {
        try {
            var config = CgroupChoice.decide(options.read(), CgroupTree.detect());
            Logs.configure(config.log());
            try (var server = new CriServer(config)) {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server), "shutdown"));
                server.run();
            }
            return 0;
        } catch (ConfigException e) {
            System.err.println("crij: " + e.getMessage());
            return MISCONFIGURED;
        } catch (IOException e) {
            var log = LoggerFactory.getLogger(Serve.class);
            log.error("crij cannot serve: {}", Failures.words(e));
            log.debug("crij cannot serve", e);
            return 1;
        }
    }

    /// On SIGTERM. To end as asked is success, which the JVM itself would report as 143.
    private static void end(CriServer server) {
        server.close();
        Runtime.getRuntime().halt(0);
    }
}
