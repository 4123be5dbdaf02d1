package io.crij.server.handlers;

import io.crij.server.config.Config;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The handlers of this node, sorted by name. One that cannot be used is among them: pods that ask for it are told
/// why.
///
/// @param defaultName the one of pods that name none
public record FoundHandlers(Map<String, FoundHandler> byName, String defaultName) {
    private static final Logger LOG = LoggerFactory.getLogger(FoundHandlers.class);

    /// Asks all of them, side by side.
    ///
    /// @param mapsUsers whether the built-in executor has user namespaces here
    public static FoundHandlers probe(Config config, boolean mapsUsers) throws InterruptedException {
        var asked = new TreeMap<String, Future<FoundHandler>>();
        var found = new LinkedHashMap<String, FoundHandler>();
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            config.runtimes().forEach((name, settings) -> {
                Callable<FoundHandler> probe = () -> new HandlerProbe(name, settings).run(mapsUsers);
                asked.put(name, tasks.submit(probe));
            });
            for (var entry : asked.entrySet()) {
                found.put(entry.getKey(), entry.getValue().get());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the runtime handlers cannot be asked", e.getCause());
        }
        return new FoundHandlers(found, config.runtime().defaultHandler());
    }

    /// Writes down which cannot be used.
    public FoundHandlers logged() {
        for (var handler : all()) {
            if (!handler.usable()) {
                LOG.warn("pods cannot use runtime handler {}: {}", handler.name(), handler.problem());
            }
        }
        return this;
    }

    public List<FoundHandler> all() {
        return new ArrayList<>(byName.values());
    }

    /// @param name empty for the default one
    public FoundHandler find(String name) {
        var handler = byName.get(name.isEmpty() ? defaultName : name);
        if (handler == null) {
            throw new IllegalArgumentException("there is no runtime handler " + name);
        }
        return handler;
    }
}
