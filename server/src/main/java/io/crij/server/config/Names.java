package io.crij.server.config;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Names of keys.
final class Names {
    private Names() {}

    /// `maxRequestSize` as `max_request_size`.
    static String snake(String camel) {
        return camel.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    static String lower(Object constant) {
        return constant.toString().toLowerCase(Locale.ROOT);
    }

    /// For a key that was written in the wrong table: the whole name of the key that it is closest to.
    static Optional<String> nearestAnywhere(String name) {
        var all = new LinkedHashMap<String, String>();
        for (var table : Config.class.getRecordComponents()) {
            collect(snake(table.getName()), table.getType(), all);
        }
        collect("runtimes.<name>", Config.Handler.class, all);
        return NearestName.of(name, all.keySet()).map(all::get);
    }

    private static void collect(String path, Class<?> type, Map<String, String> all) {
        if (type.isRecord()) {
            for (var key : type.getRecordComponents()) {
                all.putIfAbsent(snake(key.getName()), path + "." + snake(key.getName()));
            }
        }
    }
}
