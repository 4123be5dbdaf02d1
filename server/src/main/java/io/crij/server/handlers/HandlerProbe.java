package io.crij.server.handlers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crij.server.config.Config;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// Finds out what a handler can do: whether its program is there and answers, and what it says of itself
/// (`features`, runtime-spec "Features Structure"; older runtimes have only `--version`).
final class HandlerProbe {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<Path> PLACES = Stream.of(
                    "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
            .map(Path::of)
            .toList();
    private static final long SECONDS = 10;
    private static final int LONGEST = 1 << 20;

    private final String name;
    private final Config.Handler settings;

    HandlerProbe(String name, Config.Handler settings) {
        this.name = name;
        this.settings = settings;
    }

    /// @param mapsUsers whether the built-in executor has user namespaces here
    FoundHandler run(boolean mapsUsers) throws InterruptedException {
        return switch (settings.type()) {
            case BUILTIN -> new FoundHandler(name, settings, Optional.empty(), "", "", true, mapsUsers);
            case OCI -> command();
            case SHIM_V2 -> shim();
        };
    }

    private FoundHandler command() throws InterruptedException {
        var program = program();
        var problem = problem(program);
        if (program.isEmpty() || !problem.isEmpty()) {
            return unusable(Optional.empty(), problem);
        }
        var version = output(program.get(), "--version");
        if (version instanceof Answer.Failed(String why)) {
            return unusable(program, program.get() + " --version " + why + ": is it an OCI runtime?");
        }
        var features = output(program.get(), "features");
        boolean recursive = features instanceof Answer.Said(String text) && recursiveReadOnly(text);
        return new FoundHandler(name, settings, program, "", firstLine(version), recursive, false);
    }

    /// Of a shim; what the runtime behind it can do is asked of that, where it is known which it is.
    private FoundHandler shim() throws InterruptedException {
        var program = program();
        var problem = problem(program);
        if (program.isEmpty() || !problem.isEmpty()) {
            return unusable(Optional.empty(), problem);
        }
        var config = settings.configPath();
        if (!config.toString().isEmpty() && !Files.isReadable(config)) {
            return unusable(
                    program, config + " cannot be read: write it, or correct runtimes." + name + ".config_path");
        }
        var runtime = runtimeBehind(program.get());
        if (!settings.shimRuntime().toString().isEmpty() && runtime.isEmpty()) {
            return unusable(
                    program,
                    "there is no program " + settings.shimRuntime() + "; install it, or correct runtimes." + name
                            + ".shim_runtime");
        }
        var version = output(program.get(), "-v");
        if (version instanceof Answer.Failed(String why)) {
            return unusable(program, program.get() + " -v " + why + ": is it a shim of containerd's kind?");
        }
        boolean recursive = runtime.isPresent()
                && output(runtime.get(), "features") instanceof Answer.Said(String text)
                && recursiveReadOnly(text);
        return new FoundHandler(name, settings, program, "", versionLine(version), recursive, false);
    }

    private Optional<Path> runtimeBehind(Path shim) {
        var wanted = settings.shimRuntime().toString();
        if (wanted.isEmpty() && !shim.endsWith("containerd-shim-runc-v2")) {
            return Optional.empty();
        }
        return find(wanted.isEmpty() ? "runc" : wanted).filter(Files::isExecutable);
    }

    /// Why its program cannot be run; empty when it can.
    private String problem(Optional<Path> program) {
        if (program.isEmpty()) {
            return missing();
        }
        if (!Files.isExecutable(program.get())) {
            var why = Files.exists(program.get()) ? " is not executable; chmod +x it" : " does not exist; install it";
            return program.get() + why + ", or correct runtimes." + name + ".path";
        }
        return "";
    }

    private String missing() {
        return "there is no program " + wanted() + " in "
                + String.join(", ", PLACES.stream().map(Path::toString).toList()) + "; install it, or set runtimes."
                + name + ".path";
    }

    private FoundHandler unusable(Optional<Path> program, String problem) {
        return new FoundHandler(name, settings, program, problem, "", false, false);
    }

    private String wanted() {
        var path = settings.path().toString();
        if (settings.type() == Config.Handler.Type.SHIM_V2) {
            return path.isEmpty() ? "containerd-shim-" + name + "-v2" : shimOf(path);
        }
        return path.isEmpty() ? name : path;
    }

    /// containerd names a shim by its runtime: `io.containerd.runc.v2` is `containerd-shim-runc-v2`.
    private static String shimOf(String path) {
        var parts = path.split("\\.");
        return path.contains("/") || parts.length < 3
                ? path
                : "containerd-shim-" + parts[parts.length - 2] + "-" + parts[parts.length - 1];
    }

    private Optional<Path> program() {
        return find(wanted());
    }

    private static Optional<Path> find(String program) {
        return program.contains("/")
                ? Optional.of(Path.of(program))
                : PLACES.stream()
                        .map(place -> place.resolve(program))
                        .filter(Files::isExecutable)
                        .findFirst();
    }

    private sealed interface Answer {
        record Said(String text) implements Answer {}

        record Failed(String why) implements Answer {}
    }

    private Answer output(Path program, String verb) throws InterruptedException {
        var command = new ArrayList<String>();
        command.add(program.toString());
        command.add(verb);
        try {
            var file = Files.createTempFile("crij-probe", ".out");
            try {
                var process = new ProcessBuilder(command)
                        .redirectInput(ProcessBuilder.Redirect.from(
                                Path.of("/dev/null").toFile()))
                        .redirectErrorStream(true)
                        .redirectOutput(file.toFile())
                        .start();
                return answer(process, file);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            return new Answer.Failed("cannot be run: " + e.getMessage());
        }
    }

    private static Answer answer(Process process, Path file) throws IOException, InterruptedException {
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                return new Answer.Failed("did not end within " + SECONDS + " s");
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        try (var in = Files.newInputStream(file)) {
            var text = new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8);
            return process.exitValue() == 0
                    ? new Answer.Said(text)
                    : new Answer.Failed("failed with exit code " + process.exitValue());
        }
    }

    private static String firstLine(Answer answer) {
        return answer instanceof Answer.Said(String text)
                ? text.lines().findFirst().orElse("").strip()
                : "";
    }

    /// Of several lines that with the version, as containerd's shims print them.
    private static String versionLine(Answer answer) {
        return answer instanceof Answer.Said(String text)
                ? text.lines()
                        .map(String::strip)
                        .filter(line -> line.startsWith("Version:"))
                        .findFirst()
                        .map(line -> line.substring("Version:".length()).strip())
                        .orElse(firstLine(answer))
                : "";
    }

    /// Whether the options of mounts that it knows have `rro` among them.
    private static boolean recursiveReadOnly(String features) {
        try {
            JsonNode options = JSON.readTree(features).path("mountOptions");
            return StreamSupport.stream(options.spliterator(), false)
                    .anyMatch(option -> option.asText().equals("rro"));
        } catch (JsonProcessingException _) {
            return false;
        }
    }
}
