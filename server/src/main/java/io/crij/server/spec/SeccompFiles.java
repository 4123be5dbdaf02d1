package io.crij.server.spec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crij.oci.spec.Seccomp;
import io.crij.sandbox.SandboxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// Seccomp profiles in the form of Docker and Kubernetes: the `linux.seccomp` of runtime-spec, where a rule may also
/// say
/// `name` for one call, and for which capabilities and architectures it holds (`includes`, `excludes`).
final class SeccompFiles {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String ARCH = System.getProperty("os.arch", "");

    private SeccompFiles() {}

    /// @param capabilities of the container, as `CAP_SYS_ADMIN`
    static Seccomp read(Path file, Set<String> capabilities) throws SandboxException {
        try {
            return profile(MAPPER.readTree(Files.readAllBytes(file)), capabilities);
        } catch (JsonProcessingException e) {
            throw invalid(file, "is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw invalid(file, "cannot be read (" + e + "); put the profile there on this node");
        } catch (IllegalArgumentException e) {
            throw invalid(file, "is not a seccomp profile: " + e.getMessage());
        }
    }

    private static Seccomp profile(JsonNode root, Set<String> capabilities) {
        var rules = new ArrayList<Seccomp.Rule>();
        for (var rule : root.path("syscalls")) {
            if (holds(rule, capabilities)) {
                rules.add(rule(rule));
            }
        }
        return new Seccomp(
                Seccomp.Action.valueOf(root.path("defaultAction").asText("(no defaultAction)")),
                number(root, "defaultErrnoRet"),
                architectures(root),
                texts(root.path("flags")).stream().map(Seccomp.Flag::valueOf).toList(),
                root.hasNonNull("listenerPath") ? root.path("listenerPath").asText() : null,
                root.hasNonNull("listenerMetadata")
                        ? root.path("listenerMetadata").asText()
                        : null,
                rules);
    }

    /// `architectures`, or of `archMap` this machine's own with those it can run besides.
    private static List<Seccomp.Arch> architectures(JsonNode root) {
        var own = ARCH.equals("aarch64") ? "SCMP_ARCH_AARCH64" : "SCMP_ARCH_X86_64";
        var names = new ArrayList<>(texts(root.path("architectures")));
        for (var entry : root.path("archMap")) {
            if (entry.path("architecture").asText().equals(own)) {
                names.add(own);
                names.addAll(texts(entry.path("subArchitectures")));
            }
        }
        return names.stream().distinct().map(Seccomp.Arch::valueOf).toList();
    }

    private static boolean holds(JsonNode rule, Set<String> capabilities) {
        return matches(rule.path("includes"), capabilities, true)
                && matches(rule.path("excludes"), capabilities, false);
    }

    /// @param wanted whether the conditions must hold, or none of them may
    private static boolean matches(JsonNode conditions, Set<String> capabilities, boolean wanted) {
        var caps = texts(conditions.path("caps"));
        var arches = texts(conditions.path("arches"));
        return wanted
                ? capabilities.containsAll(caps) && (arches.isEmpty() || isOwn(arches))
                : caps.stream().noneMatch(capabilities::contains) && !isOwn(arches);
    }

    private static boolean isOwn(List<String> arches) {
        return arches.contains(ARCH) || arches.contains(ARCH.equals("aarch64") ? "arm64" : "amd64");
    }

    private static Seccomp.Rule rule(JsonNode rule) {
        var names = new ArrayList<>(texts(rule.path("names")));
        if (rule.hasNonNull("name")) {
            names.add(rule.path("name").asText());
        }
        var args = StreamSupport.stream(rule.path("args").spliterator(), false)
                .map(arg -> new Seccomp.Arg(
                        arg.path("index").asInt(),
                        arg.path("value").bigIntegerValue().longValue(),
                        arg.path("valueTwo").bigIntegerValue().longValue(),
                        Seccomp.Op.valueOf(arg.path("op").asText())))
                .toList();
        return new Seccomp.Rule(
                names, Seccomp.Action.valueOf(rule.path("action").asText()), number(rule, "errnoRet"), args);
    }

    private static List<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private static @Nullable Integer number(JsonNode node, String name) {
        return node.hasNonNull(name) ? node.path(name).asInt() : null;
    }

    private static SandboxException invalid(Path file, String problem) {
        return new SandboxException.Invalid("config.linux.security_context.seccomp", file.toString(), problem);
    }
}
