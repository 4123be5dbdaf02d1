package io.crij.sandbox.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crij.linux.ErrnoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Runs plugins (CNI specification, section 2): finds the program, builds environment and input, reads the answer.
final class CniPlugins {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final List<Path> folders;
    private final Duration timeout;

    /// @param folders searched in order
    /// @param timeout of one run
    CniPlugins(List<Path> folders, Duration timeout) {
        this.folders = folders;
        this.timeout = timeout;
    }

    /// The program of a plugin type.
    Path find(String type, String network) throws CniException {
        for (var folder : folders) {
            var program = folder.resolve(type);
            if (Files.isExecutable(program) && !Files.isDirectory(program)) {
                return program;
            }
        }
        throw new CniException(
                "CNI plugin \"" + type + "\" of " + network + " is not in "
                        + folders.stream().map(Path::toString).collect(Collectors.joining(", "))
                        + "; install the CNI plugins or correct the plugin folders of the configuration",
                type,
                0,
                null);
    }

    /// Runs a verb that concerns an attachment.
    ///
    /// @param previous result so far, for `prevResult`
    /// @return what the plugin wrote; a missing node for nothing
    JsonNode run(String command, CniAttachment attachment, ObjectNode plugin, @Nullable JsonNode previous)
            throws CniException, InterruptedException {
        var input = input(plugin, attachment.network(), attachment.version(), previous);
        var runtime = runtimeConfig(plugin, attachment.capabilities());
        if (!runtime.isEmpty()) {
            input.set("runtimeConfig", runtime);
        }
        var environment = environment(command);
        environment.put("CNI_CONTAINERID", attachment.containerId());
        environment.put("CNI_NETNS", attachment.netns());
        environment.put("CNI_IFNAME", attachment.interfaceName());
        environment.put(
                "CNI_ARGS",
                attachment.arguments().entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .collect(Collectors.joining(";")));
        return run(command, CniNetwork.type(plugin), attachment.toString(), environment, input);
    }

    /// Runs a verb that concerns a network as a whole: STATUS, GC.
    ///
    /// @param extra properties added to the input
    void run(String command, CniNetwork network, ObjectNode plugin, ObjectNode extra)
            throws CniException, InterruptedException {
        var input = input(plugin, network.name(), network.version(), null);
        input.setAll(extra);
        run(command, CniNetwork.type(plugin), network.toString(), environment(command), input);
    }

    private Map<String, String> environment(String command) {
        var environment = new LinkedHashMap<String, String>();
        environment.put("PATH", PATH);
        environment.put("CNI_COMMAND", command);
        environment.put("CNI_PATH", folders.stream().map(Path::toString).collect(Collectors.joining(":")));
        return environment;
    }

    private static ObjectNode input(ObjectNode plugin, String name, String version, @Nullable JsonNode previous) {
        ObjectNode input = plugin.deepCopy();
        input.put("name", name);
        input.put("cniVersion", version);
        if (previous != null && !previous.isMissingNode()) {
            input.set("prevResult", previous);
        }
        return input;
    }

    private static ObjectNode runtimeConfig(ObjectNode plugin, Map<String, JsonNode> capabilities) {
        ObjectNode runtime = JsonNodeFactory.instance.objectNode();
        capabilities.forEach((name, argument) -> {
            if (plugin.path("capabilities").path(name).asBoolean(false)) {
                runtime.set(name, argument);
            }
        });
        return runtime;
    }

    private JsonNode run(String command, String type, String of, Map<String, String> environment, ObjectNode input)
            throws CniException, InterruptedException {
        var program = find(type, of);
        var what = "CNI plugin \"" + type + "\" of " + of + ", " + command;
        PluginRun.Outcome outcome;
        try {
            outcome = new PluginRun(program, environment, JSON.writeValueAsBytes(input), timeout).run();
        } catch (ErrnoException e) {
            throw new CniException(what + ": " + program + " could not be run: " + e.getMessage(), type, 0, e);
        } catch (IOException e) {
            throw new AssertionError("a JSON tree can always be written", e);
        }
        if (outcome.timedOut()) {
            throw new CniException(
                    what + ": killed after it had not answered within " + timeout.toSeconds()
                            + " s; look at what the network add-on waits for"
                            + (outcome.complaint().isEmpty() ? "" : "; it wrote: " + outcome.complaint()),
                    type,
                    0,
                    null);
        }
        return answer(what, type, outcome);
    }

    private static JsonNode answer(String what, String type, PluginRun.Outcome outcome) throws CniException {
        JsonNode answer;
        try {
            answer = JSON.readTree(outcome.output());
        } catch (IOException _) {
            answer = JSON.missingNode();
        }
        if (outcome.exit().shellCode() == 0) {
            if (answer.isMissingNode() && outcome.output().length > 0) {
                throw new CniException(what + ": answered with something that is not JSON", type, 0, null);
            }
            return answer;
        }
        String message = answer.path("msg").asText();
        String details = answer.path("details").asText();
        int code = answer.path("code").asInt();
        var said = message.isEmpty() ? outcome.complaint() : message + (details.isEmpty() ? "" : ": " + details);
        throw new CniException(
                what + ": "
                        + (said.isEmpty()
                                ? "ended with exit code " + outcome.exit().shellCode()
                                : said) + (code == 0 ? "" : " (CNI error " + code + ")"),
                type,
                code,
                null);
    }
}
