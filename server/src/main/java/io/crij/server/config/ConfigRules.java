package io.crij.server.config;

import java.net.InetAddress;
import java.nio.file.Path;
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
            var key = "runtimes." + entry.getKey() + ".type";
            switch (entry.getValue().type()) {
                case BUILTIN -> {}
                case COMMAND ->
                    throw refused(key, "command", "handlers that run another OCI runtime come later; use builtin");
                case SHIM -> throw refused(key, "shim", "handlers with a shim v2 (Kata) come later; use builtin");
            }
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

    private void driver(Config config) throws ConfigException {
        var problem = new CgroupChoice(config.runtime()).problemWithParent();
        if (problem.isPresent()) {
            throw refused("runtime.cgroup_parent", config.runtime().cgroupParent(), problem.get());
        }
    }

    private void capabilities(Config config) throws ConfigException {
        for (var capability : config.containers().capabilities()) {
            if (!capability.matches("(CAP_)?[A-Z_]+")) {
                throw refused(
                        "containers.capabilities", capability, "not the name of a capability, as NET_BIND_SERVICE");
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
