package io.crij.oci.cli;

import io.crij.oci.cli.Argument.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// What can stand on the command line of a verb: declared by calls, a line each. picocli reads it and prints the help.
/// Lines without anything special in them, such as callers write, are understood here: picocli takes as long as all the
/// rest of a short command.
final class Syntax {
    private static final String HELP = "Show this help message and exit.";
    private static final String VERSION = "Print version information and exit.";

    private final String name;
    private final String description;
    private final List<Argument<?>> options = new ArrayList<>();
    private final List<Argument<?>> parameters = new ArrayList<>();

    Syntax(String name, String description) {
        this.name = name;
        this.description = description;
    }

    /// @param names `"--all, -a"`
    Argument<Boolean> flag(String names, String description) {
        return option(names, "", description, Kind.FLAG, false);
    }

    Argument<String> text(String names, String label, String initial, String description) {
        return option(names, label, description, Kind.TEXT, initial);
    }

    Argument<@Nullable String> text(String names, String label, String description) {
        return option(names, label, description, Kind.TEXT);
    }

    Argument<List<String>> texts(String names, String label, String description) {
        return option(names, label, description, Kind.TEXT, List.of());
    }

    Argument<Path> path(String names, String label, Path initial, String description) {
        return option(names, label, description, Kind.PATH, initial);
    }

    Argument<@Nullable Path> path(String names, String label, String description) {
        return option(names, label, description, Kind.PATH);
    }

    Argument<Integer> number(String names, String label, int initial, String description) {
        return option(names, label, description, Kind.INT, initial);
    }

    /// Any other option.
    <T extends @Nullable Object> Argument<T> option(
            String names, String label, String description, Kind kind, T initial) {
        var option = new Argument<T>(names(names), label, description, kind, initial);
        options.add(option);
        return option;
    }

    /// One that has no value unless it is given.
    <T> Argument<@Nullable T> option(String names, String label, String description, Kind kind) {
        @Nullable T absent = null;
        @SuppressWarnings("NullAway") // it does not see that T may be null here
        var option = new Argument<@Nullable T>(names(names), label, description, kind, absent);
        options.add(option);
        return option;
    }

    /// The container's, which every call must have.
    Argument<String> id() {
        @Nullable String absent = null;
        @SuppressWarnings("NullAway") // a line without it is refused
        var id = new Argument<String>(List.of(), "ID", "", Kind.TEXT, absent);
        parameters.add(id);
        return id;
    }

    /// A parameter that can be left out.
    Argument<String> parameter(String label, String initial, String description) {
        var parameter = new Argument<>(List.of(), label, description, Kind.TEXT, initial);
        parameters.add(parameter);
        return parameter;
    }

    /// Whatever follows.
    Argument<List<String>> rest(String label, String description) {
        var rest = new Argument<>(List.of(), label, description, Kind.TEXT, List.<String>of());
        parameters.add(rest);
        return rest;
    }

    private static List<String> names(String names) {
        int comma = names.indexOf(", ");
        return comma < 0 ? List.of(names) : List.of(names.substring(0, comma), names.substring(comma + 2));
    }

    /// Understands options up to the first word that is none.
    ///
    /// @return the index of that word; -1 for a line that only picocli can understand, or find the mistake in
    int readOptions(List<String> line, int from) {
        int at = from;
        while (at < line.size() && line.get(at).startsWith("-")) {
            String word = line.get(at);
            int equals = word.startsWith("--") ? word.indexOf('=') : -1;
            @Nullable Argument<?> option = named(equals < 0 ? word : word.substring(0, equals));
            if (option == null || option.isFlag() && equals >= 0) {
                return -1;
            }
            boolean next = equals < 0 && !option.isFlag();
            if (next && ++at == line.size()) {
                return -1;
            }
            String value = next ? line.get(at) : word.substring(equals + 1);
            if (value.isEmpty() || next && value.startsWith("-") || !option.take(value)) {
                return -1;
            }
            at++;
        }
        return at;
    }

    /// Understands all of a line from there on, or nothing.
    boolean read(List<String> line, int from) {
        int at = readOptions(line, from);
        if (at < 0) {
            return false;
        }
        for (Argument<?> parameter : parameters) {
            if (at == line.size() && parameter.required()) {
                return false;
            }
            while (at < line.size() && parameter.take(line.get(at))) {
                at++;
                if (!parameter.many()) {
                    break;
                }
            }
        }
        return at == line.size();
    }

    private @Nullable Argument<?> named(String name) {
        for (Argument<?> option : options) {
            if (option.named(name)) {
                return option;
            }
        }
        return null;
    }

    /// The same for picocli. What was understood before is forgotten.
    ///
    /// @param whose object that what it finds is about
    CommandSpec forPicocli(Object whose) {
        CommandSpec spec = CommandSpec.wrapWithoutInspection(whose).name(name);
        spec.usageMessage().description(description);
        for (Argument<?> option : options) {
            option.forget();
            spec.addOption(option.option());
        }
        for (int i = 0; i < parameters.size(); i++) {
            parameters.get(i).forget();
            spec.addPositional(parameters.get(i).parameter(i));
        }
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description(HELP)
                .build());
        spec.addOption(OptionSpec.builder("-V", "--version")
                .versionHelp(true)
                .description(VERSION)
                .build());
        return spec;
    }
}
