package io.crij.sandbox;

import java.util.List;
import java.util.TreeMap;

/// The handlers of this node by name. A value.
public final class RuntimeHandlers {
    private final TreeMap<String, RuntimeHandler> byName = new TreeMap<>();
    private final String defaultName;

    /// @param defaultName the handler that an empty name means; one of `handlers`
    public RuntimeHandlers(List<RuntimeHandler> handlers, String defaultName) {
        handlers.forEach(handler -> byName.put(handler.name(), handler));
        this.defaultName = defaultName;
        if (!byName.containsKey(defaultName)) {
            throw new IllegalArgumentException("default_runtime: \"" + defaultName + "\" is not one of the runtimes "
                    + String.join(", ", byName.keySet()));
        }
    }

    /// Only the built-in executor, under the name `crij`.
    public static RuntimeHandlers builtIn() {
        return new RuntimeHandlers(List.of(RuntimeHandler.builtIn("crij")), "crij");
    }

    /// @param name empty for the default handler
    public RuntimeHandler find(String name) throws SandboxException.HandlerUnknown {
        var handler = byName.get(name.isEmpty() ? defaultName : name);
        if (handler == null) {
            throw new SandboxException.HandlerUnknown(name, byName.keySet());
        }
        return handler;
    }

    /// For something new: one that cannot be used is refused.
    ///
    /// @param name empty for the default handler
    RuntimeHandler usable(String name) throws SandboxException {
        var handler = find(name);
        var problem = handler.problem().get();
        if (!problem.isEmpty()) {
            throw new SandboxException.Unsupported(
                    "runtime handler \"" + handler.name() + "\" cannot be used on this node: " + problem);
        }
        return handler;
    }

    /// Sorted by name.
    public List<RuntimeHandler> all() {
        return List.copyOf(byName.values());
    }

    public String defaultName() {
        return defaultName;
    }
}
