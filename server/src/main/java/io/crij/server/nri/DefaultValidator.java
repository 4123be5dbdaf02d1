package io.crij.server.nri;

import com.fasterxml.jackson.databind.JsonNode;
import io.crij.sandbox.SandboxException;
import io.crij.server.cdi.Yaml;
import io.crij.server.cdi.YamlException;
import io.crij.server.config.Config;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What plugins may not do, by the configuration (containerd/nri plugins/default-validator). Without plugins it still
/// knows which ones are missing, and needs none of NRI's messages for that.
final class DefaultValidator {
    static final String REQUIRED = "required-plugins.noderesource.dev";

    private final Config.NriValidator rules;

    DefaultValidator(Config.NriValidator rules) {
        this.rules = rules;
    }

    boolean enabled() {
        return rules.enable();
    }

    /// Whether all plugins are there that have to be.
    ///
    /// @param annotations of the pod
    /// @param container its name
    /// @param present names of plugins
    void checkPresence(Map<String, String> annotations, String container, Collection<String> present)
            throws SandboxException.Refused {
        if (!rules.enable() || tolerates(annotations, container)) {
            return;
        }
        var missing = new ArrayList<>(rules.requiredPlugins());
        missing.addAll(named(annotations, container));
        missing.removeIf(present::contains);
        if (!missing.isEmpty()) {
            throw refused("it needs NRI plugins that are not there: " + String.join(", ", missing)
                    + "; start them, or remove them from nri_validator.required_plugins or from the pod's annotation "
                    + REQUIRED);
        }
    }

    private boolean tolerates(Map<String, String> annotations, String container) throws SandboxException.Refused {
        var key = rules.tolerateMissingPluginsAnnotation();
        var value = key.isEmpty() ? Optional.<String>empty() : effective(annotations, key, container);
        if (value.isEmpty()) {
            return false;
        }
        return switch (value.get()) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default ->
                throw refused("the pod's annotation " + key + " is \"" + value.get() + "\", neither true nor false");
        };
    }

    private static List<String> named(Map<String, String> annotations, String container)
            throws SandboxException.Refused {
        var value = effective(annotations, REQUIRED, container);
        if (value.isEmpty()) {
            return List.of();
        }
        JsonNode list;
        try {
            list = Yaml.read(value.get());
        } catch (YamlException e) {
            throw refused("the pod's annotation " + REQUIRED + " is not YAML: it " + e.getMessage());
        }
        if (!list.isArray()) {
            throw refused("the pod's annotation " + REQUIRED + " is \"" + value.get()
                    + "\", but must be a list of names, as [ \"a\", \"b\" ]");
        }
        var names = new ArrayList<String>();
        list.forEach(name -> names.add(name.asText()));
        return names;
    }

    /// What holds for the container goes before what holds for the pod.
    private static Optional<String> effective(Map<String, String> annotations, String key, String container) {
        for (var scoped : List.of(key + "/container." + container, key + "/pod", key)) {
            if (annotations.containsKey(scoped)) {
                return Optional.ofNullable(annotations.get(scoped));
            }
        }
        return Optional.empty();
    }

    /// Which seccomp profile the container had before the plugins.
    enum Profile {
        UNCONFINED,
        RUNTIME_DEFAULT,
        CUSTOM
    }

    /// Whether what the plugins want is allowed.
    void checkChanges(Owners owners, Profile profile) throws SandboxException.Refused {
        if (!rules.enable()) {
            return;
        }
        var hooks = owners.of(io.crij.server.nri.proto.Field.OciHooks);
        if (hooks.isPresent() && rules.rejectOciHookAdjustment()) {
            throw forbidden(hooks.get(), "OCI hooks", "reject_oci_hook_adjustment");
        }
        var seccomp = owners.of(io.crij.server.nri.proto.Field.SeccompPolicy);
        if (seccomp.isPresent()) {
            checkSeccomp(seccomp.get(), profile);
        }
        var namespaces = owners.allOf(io.crij.server.nri.proto.Field.Namespace);
        if (!namespaces.isEmpty() && rules.rejectNamespaceAdjustment()) {
            throw forbidden(
                    String.join(", ", namespaces.values()),
                    "other namespaces (" + String.join(", ", namespaces.keySet()) + ")",
                    "reject_namespace_adjustment");
        }
        var sysctls = owners.allOf(io.crij.server.nri.proto.Field.Sysctl);
        if (!sysctls.isEmpty() && rules.rejectSysctlAdjustment()) {
            throw forbidden(
                    String.join(", ", sysctls.values()),
                    "sysctls (" + String.join(", ", sysctls.keySet()) + ")",
                    "reject_sysctl_adjustment");
        }
    }

    private void checkSeccomp(String plugin, Profile profile) throws SandboxException.Refused {
        switch (profile) {
            case UNCONFINED -> {
                if (rules.rejectUnconfinedSeccompAdjustment()) {
                    throw forbidden(
                            plugin,
                            "a seccomp filter for an unconfined container",
                            "reject_unconfined_seccomp_adjustment");
                }
            }
            case RUNTIME_DEFAULT -> {
                if (rules.rejectRuntimeDefaultSeccompAdjustment()) {
                    throw forbidden(
                            plugin,
                            "another seccomp filter than the default",
                            "reject_runtime_default_seccomp_adjustment");
                }
            }
            case CUSTOM -> {
                if (rules.rejectCustomSeccompAdjustment()) {
                    throw forbidden(
                            plugin,
                            "another seccomp filter than the container's own",
                            "reject_custom_seccomp_adjustment");
                }
            }
        }
    }

    private static SandboxException.Refused forbidden(String plugins, String what, String key) {
        return refused("NRI plugin " + plugins + " wants " + what + ", which nri_validator." + key + " forbids");
    }

    private static SandboxException.Refused refused(String why) {
        return new SandboxException.Refused("the container is not made: " + why);
    }
}
