package io.crij.server.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Prints a configuration as TOML with the documentation of every key.
public final class ConfigReference {
    private static final int WIDTH = 100;

    private ConfigReference() {}

    /// Every key with its default, commented out: a file to start from.
    public static String defaults() {
        return print(Config.DEFAULT, "# ");
    }

    /// The configuration in force; reading the text again gives an equal one.
    public static String inForce(Config config) {
        return print(config, "");
    }

    private static String print(Config config, String mark) {
        var lines = new ArrayList<String>();
        for (var table : Config.class.getRecordComponents()) {
            lines.addAll(comment(table.getAnnotation(Key.class).value()));
            var name = Names.snake(table.getName());
            switch (Values.of(table, config)) {
                case Map<?, ?> entries ->
                    entries.entrySet().stream()
                            .sorted((a, b) ->
                                    a.getKey().toString().compareTo(b.getKey().toString()))
                            .forEach(e -> table(name + "." + e.getKey(), (Record) e.getValue(), mark, lines));
                case Record values -> table(name, values, mark, lines);
                default -> throw new IllegalStateException("the configuration has tables only: " + name);
            }
        }
        return String.join("\n", lines) + "\n";
    }

    private static void table(String name, Record values, String mark, List<String> lines) {
        lines.add("[" + name + "]");
        for (var key : values.getClass().getRecordComponents()) {
            lines.addAll(comment(key.getAnnotation(Key.class).value()));
            lines.add(mark + Names.snake(key.getName()) + " = " + Values.toml(Values.of(key, values)));
        }
        lines.add("");
    }

    private static List<String> comment(String text) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder("##");
        for (var word : text.strip().split("\\s+")) {
            if (line.length() + word.length() >= WIDTH) {
                lines.add(line.toString());
                line = new StringBuilder("##");
            }
            line.append(' ').append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
