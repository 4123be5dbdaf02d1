package io.crij.monitor;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;
import org.jspecify.annotations.Nullable;

/// A run of the monitor as a program, from its start to SIGTERM or a client's `Shutdown`. Either way containers and
/// shims go on.
final class MonitorProgram {
    private final Options options;
    private final CountDownLatch ending = new CountDownLatch(1);

    MonitorProgram(Options options) {
        this.options = options;
    }

    /// Serves until asked to end, then ends the process: a signal's default exit code would look like a failure.
    void run(Handlers handlers) throws IOException, InterruptedException {
        logTo(options.log());
        System.Logger log = System.getLogger(MonitorProgram.class.getName());
        MonitorDaemon daemon = new MonitorDaemon(options.socket(), options.state(), handlers, ending::countDown);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("signal").unstarted(() -> {
            daemon.close();
            log.log(System.Logger.Level.INFO, "conmon-j ends; containers go on");
            Runtime.getRuntime().halt(0);
        }));
        log.log(
                System.Logger.Level.INFO,
                "conmon-j " + Version.TEXT + " serves " + options.socket() + " with state in " + options.state());
        ending.await();
        System.exit(0);
    }

    private static void logTo(@Nullable Path file) throws IOException {
        LogManager.getLogManager().reset();
        OutputStream out = file == null ? System.err : new FileOutputStream(file.toFile(), true);
        StreamHandler handler = new StreamHandler(out, new LogLines()) {
            @Override
            public synchronized void publish(LogRecord record) {
                super.publish(record);
                flush();
            }
        };
        handler.setLevel(Level.ALL);
        handler.setEncoding(StandardCharsets.UTF_8.name());
        Logger.getLogger("").addHandler(handler);
    }
}
