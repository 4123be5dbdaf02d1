package io.crij.server.config;

import io.crij.linux.Capability;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What must hold between keys, and for values that only a check of their content can refuse.
final class ConfigRules {
    private final Map<String, Origin> origins;

    ConfigRules(Map<String, Origin> origins) {
        this.origins = origins;
    }

    void check(Config config) throws ConfigException {
        absolute("server.socket", config.server().socket());
        absolute("server.state", config.server().state());
        absolute("server.data", config.server().data());
        absolute("monitor.socket", config.monitorSocket());
        absolute("network.config_dir", config.network().configDir());
        streaming(config.streaming());
        handlers(config);
        driver(config);
        capabilities(config);
        ulimits(config);
        env(config);
        metrics(config);
        absolute("nri.socket", config.nri().socket());
        absolute("nri.plugin_path", config.nri().pluginPath());
        absolute("nri.plugin_config_path", config.nri().pluginConfigPath());
    }

    private void metrics(Config config) throws ConfigException {
        var address = config.metrics().address();
        try {
            InetAddress.ofLiteral(address);
        } catch (IllegalArgumentException e) {
            throw refused("metrics.address", address, "must be an address as 127.0.0.1, :: or 0.0.0.0, not a name");
        }
    }

    private void streaming(Config.Streaming streaming) throws ConfigException {
        boolean cert = !streaming.tlsCert().toString().isEmpty();
        boolean key = !streaming.tlsKey().toString().isEmpty();
        if (cert != key) {
            throw refused(
                    cert ? "streaming.tls_cert" : "streaming.tls_key",
                    (cert ? streaming.tlsCert() : streaming.tlsKey()).toString(),
                    "a certificate and its key are set together");
        }
        if (!cert && !streaming.tlsCa().toString().isEmpty()) {
            throw refused(
                    "streaming.tls_ca",
                    streaming.tlsCa().toString(),
                    "clients are checked with TLS only: set tls_cert");
        }
    }

    private void handlers(Config config) throws ConfigException {
        for (var entry : config.runtimes().entrySet()) {
            handler("runtimes." + entry.getKey(), entry.getKey(), entry.getValue());
        }
        var handler = config.runtime().defaultHandler();
        if (!config.runtimes().containsKey(handler)) {
            var nearest = NearestName.of(handler, config.runtimes().keySet());
            throw refused(
                    "runtime.default_handler",
                    handler,
                    "there is no table [runtimes." + handler + "]"
                            + nearest.map(near -> "; did you mean " + near + "?")
                                    .orElse(""));
        }
    }

    private void handler(String table, String name, Config.Handler handler) throws ConfigException {
        if (!name.matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")) {
            throw refused(
                    table + ".type",
                    name,
                    "a RuntimeClass cannot name such a handler: lower-case letters, digits and - inside only");
        }
        switch (handler.type()) {
            case BUILTIN -> {
                refuseForBuiltIn(table + ".path", handler.path().toString());
                refuseForBuiltIn(table + ".root", handler.root().toString());
                refuseForBuiltIn(table + ".options", String.join(" ", handler.options()));
                onlyForShims(table, handler);
            }
            case SHIM_V2 -> {
                program(table, handler);
                if (!handler.options().isEmpty()) {
                    throw refused(
                            table + ".options",
                            String.join(" ", handler.options()),
                            "is for type = \"oci\"; a shim has shim_runtime and config_path");
                }
                if (!handler.configPath().toString().isEmpty()) {
                    absolute(table + ".config_path", handler.configPath());
                }
            }
            case OCI -> {
                program(table, handler);
                onlyForShims(table, handler);
                for (var option : handler.options()) {
                    if (!option.startsWith("-")) {
                        throw refused(
                                table + ".options",
                                option,
                                "would be taken for the verb; write an option and its value as one word, as --debug or"
                                        + " --network=host");
                    }
                }
            }
        }
        var profile = handler.seccompProfile();
        if (!profile.toString().isEmpty()) {
            absolute(table + ".seccomp_profile", profile);
        }
        for (var pattern : handler.allowedAnnotations()) {
            int star = pattern.indexOf('*');
            if (pattern.isEmpty() || star >= 0 && star < pattern.length() - 1) {
                throw refused(
                        table + ".allowed_annotations",
                        pattern,
                        "must be a name, or the beginning of one with * at its end");
            }
        }
    }

    private void program(String table, Config.Handler handler) throws ConfigException {
        var path = handler.path().toString();
        if (path.contains("/") && !handler.path().isAbsolute()) {
            throw refused(table + ".path", path, "must be an absolute path, or a name to look for in PATH");
        }
        if (!handler.root().toString().isEmpty()) {
            absolute(table + ".root", handler.root());
        }
    }

    private void onlyForShims(String table, Config.Handler handler) throws ConfigException {
        for (var entry : Map.of("shim_runtime", handler.shimRuntime(), "config_path", handler.configPath())
                .entrySet()) {
            if (!entry.getValue().toString().isEmpty()) {
                throw refused(table + "." + entry.getKey(), entry.getValue().toString(), "is for type = \"shim-v2\"");
            }
        }
    }

    private void refuseForBuiltIn(String key, String value) throws ConfigException {
        if (!value.isEmpty()) {
            throw refused(
                    key, value, "is for handlers that run another program: set type = \"oci\" or \"shim-v2\" too");
        }
    }

    private void driver(Config config) throws ConfigException {
        var problem = new CgroupChoice(config.runtime()).problemWithParent();
        if (problem.isPresent()) {
            throw refused("runtime.cgroup_parent", config.runtime().cgroupParent(), problem.get());
        }
    }

    private void capabilities(Config config) throws ConfigException {
        for (var capability : config.containers().capabilities()) {
            if (capability.equalsIgnoreCase("ALL")) {
                throw refused("containers.capabilities", capability, "is for requests; name each of them here");
            }
            if (Capability.parse(capability).isEmpty()) {
                var name = capability.toUpperCase(Locale.ROOT).replaceFirst("^CAP_", "");
                var nearest = NearestName.of(
                        name,
                        EnumSet.allOf(Capability.class).stream().map(Enum::name).toList());
                throw refused(
                        "containers.capabilities",
                        capability,
                        "not the name of a capability, as NET_BIND_SERVICE"
                                + nearest.map(near -> "; did you mean " + near + "?")
                                        .orElse(""));
            }
        }
    }

    private void ulimits(Config config) throws ConfigException {
        for (var limit : config.containers().ulimits().entrySet()) {
            Ulimit.parse(limit.getKey(), limit.getValue(), this);
        }
    }

    private void env(Config config) throws ConfigException {
        for (var name : config.containers().env().keySet()) {
            if (name.isEmpty() || name.contains("=")) {
                throw refused("containers.env", name, "not the name of an environment variable");
            }
        }
    }

    private void absolute(String key, Path path) throws ConfigException {
        if (!path.isAbsolute()) {
            throw refused(key, path.toString(), "must be an absolute path");
        }
    }

    ConfigException refused(String key, String value, String reason) {
        var origin = Optional.ofNullable(origins.get(key)).orElse(new Origin("defaults", 0));
        return new ConfigException.NotAllowed(origin, key, '"' + value + '"', reason);
    }
}
