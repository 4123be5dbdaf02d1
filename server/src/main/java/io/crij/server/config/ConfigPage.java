package io.crij.server.config;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Prints the reference of the configuration as the page docs/configuration.md.
public final class ConfigPage {
    private static final String HEAD = """
            # Configuration
            <!-- written by `make docs` from the code; a test fails when it is out of date -->

            `crij serve` reads `/etc/crij/crij.toml` (`--config` names another file), then the `*.toml` of the folder
            `crij.conf.d` beside it in the order of their names, then its flags. What comes later wins key by key: lists are
            replaced, tables are merged. A file that `--config` names must exist, the others need not. A key that does not exist is
            an error with its file, its line and the nearest key that does; `crij serve` then ends with exit code 78.

            ```
            crij config                 # this reference as a file to start from, every key commented out
            crij config --effective     # what a server started now would use
            crij serve --set 'images.parallel_downloads=2' --log-level debug
            ```

            Durations are written `250ms`, `30s`, `1m30s`, `4h`; sizes `64MiB`, `1GiB`, or a number of bytes. Paths are absolute.
            """;

    private ConfigPage() {}

    /// The whole page.
    public static String markdown() {
        var lines = new ArrayList<String>(HEAD.lines().toList());
        for (var table : Config.class.getRecordComponents()) {
            var name = Names.snake(table.getName());
            var text = table.getAnnotation(Key.class).value();
            switch (Values.of(table, Config.DEFAULT)) {
                case Map<?, ?> _ -> section(name + ".NAME", text, Config.Handler.DEFAULT, lines);
                case Record values -> section(name, text, values, lines);
                default -> throw new IllegalStateException("the configuration has tables only: " + name);
            }
        }
        return String.join("\n", lines) + "\n";
    }

    private static void section(String name, String text, Record values, List<String> lines) {
        lines.addAll(List.of("", "## [" + name + "]", text, "", "| key | default | what it is |", "|---|---|---|"));
        for (var key : values.getClass().getRecordComponents()) {
            lines.add("| `%s` | `%s` | %s%s |"
                    .formatted(
                            Names.snake(key.getName()),
                            Values.toml(Values.of(key, values)),
                            key.getAnnotation(Key.class)
                                    .value()
                                    .strip()
                                    .replaceAll("\\s+", " ")
                                    .replace("|", "\\|"),
                            limits(key)));
        }
    }

    private static String limits(RecordComponent key) {
        if (key.getType().isEnum()) {
            return Arrays.stream(key.getType().getEnumConstants())
                    .map(constant -> "`" + Names.lower(constant) + "`")
                    .collect(Collectors.joining(", ", " One of ", "."));
        }
        var bounds = key.getAnnotation(Key.class);
        var least = bounds.min() == 0 ? "" : " At least " + amount(key, bounds.min()) + ".";
        return bounds.max() == Long.MAX_VALUE ? least : least + " At most " + amount(key, bounds.max()) + ".";
    }

    private static String amount(RecordComponent key, long amount) {
        if (key.getType() == Duration.class) {
            return DurationText.print(Duration.ofMillis(amount));
        }
        return key.getType() == ByteSize.class ? new ByteSize(amount).toString() : Long.toString(amount);
    }
}
