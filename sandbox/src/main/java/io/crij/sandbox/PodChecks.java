package io.crij.sandbox;

import java.nio.file.Path;
import java.util.List;

/// What of a pod's configuration is wrong, before anything is made.
final class PodChecks {
    private static final int LONGEST_HOSTNAME = 64;
    private static final int LARGEST_PORT = 0xFFFF;
    private static final long IDS = 1L << 32;

    private final RuntimeHandlers handlers;
    private final Sysctls sysctls;
    private final CgroupParents cgroups;

    PodChecks(RuntimeHandlers handlers, Sysctls sysctls, CgroupParents cgroups) {
        this.cgroups = cgroups;
        this.handlers = handlers;
        this.sysctls = sysctls;
    }

    void check(PodConfig config, String handler) throws SandboxException {
        metadata(config.metadata());
        var runtime = handlers.usable(handler);
        if (config.namespaces().userNamespace() && !runtime.mapsUsers()) {
            throw new SandboxException.Unsupported("runtime handler \"" + runtime.name()
                    + "\" has no user namespaces for pods: leave hostUsers out, or use a handler of type builtin");
        }
        if (!config.logDirectory().isEmpty() && !Path.of(config.logDirectory()).isAbsolute()) {
            throw new SandboxException.Invalid("log_directory", config.logDirectory(), "must be an absolute path");
        }
        if (config.hostname().length() > LONGEST_HOSTNAME) {
            throw new SandboxException.Invalid(
                    "hostname", config.hostname(), "is longer than the " + LONGEST_HOSTNAME + " bytes Linux allows");
        }
        cgroups.check(config.cgroupParent());
        namespaces(config.namespaces());
        for (var mapping : config.portMappings()) {
            port("port_mappings.container_port", mapping.containerPort());
            port("port_mappings.host_port", mapping.hostPort());
        }
        if (config.security().runAsGroup() != null && config.security().runAsUser() == null) {
            throw new SandboxException.Invalid(
                    "linux.security_context.run_as_group",
                    String.valueOf(config.security().runAsGroup()),
                    "needs run_as_user beside it");
        }
        sysctls.of(config);
    }

    private static void metadata(PodMetadata metadata) throws SandboxException.Invalid {
        required("metadata.name", metadata.name());
        required("metadata.namespace", metadata.namespace());
        required("metadata.uid", metadata.uid());
    }

    private static void required(String field, String value) throws SandboxException.Invalid {
        if (value.isEmpty()) {
            throw new SandboxException.Invalid(
                    field, "", "is missing; pods are told apart by name, namespace, uid and attempt");
        }
    }

    /// Zero is none.
    private static void port(String field, int port) throws SandboxException.Invalid {
        if (port < 0 || port > LARGEST_PORT) {
            throw new SandboxException.Invalid(field, "" + port, "must be a port from 1 to " + LARGEST_PORT);
        }
    }

    private static void namespaces(PodNamespaceModes modes) throws SandboxException.Invalid {
        String options = "linux.security_context.namespace_options.";
        podOrNode(options + "network", modes.network());
        podOrNode(options + "ipc", modes.ipc());
        if (modes.pid() == NamespaceMode.TARGET) {
            throw new SandboxException.Invalid(
                    options + "pid", "TARGET", "is a mode of containers; a pod has POD, CONTAINER or NODE");
        }
        podOrNode(options + "userns_options.mode", modes.user());
        if (!modes.userNamespace()) {
            if (!modes.uidMappings().isEmpty() || !modes.gidMappings().isEmpty()) {
                throw new SandboxException.Invalid(
                        options + "userns_options", "NODE", "has mappings, which only mode POD can use");
            }
            return;
        }
        mapping(options + "userns_options.uids", modes.uidMappings());
        mapping(options + "userns_options.gids", modes.gidMappings());
    }

    private static void podOrNode(String field, NamespaceMode mode) throws SandboxException.Invalid {
        if (mode != NamespaceMode.POD && mode != NamespaceMode.NODE) {
            throw new SandboxException.Invalid(field, mode.name(), "must be POD or NODE");
        }
    }

    private static void mapping(String field, List<IdMapping> mappings) throws SandboxException.Invalid {
        if (mappings.size() != 1) {
            throw new SandboxException.Invalid(
                    field, "", "has " + mappings.size() + " lines; exactly one is supported");
        }
        var line = mappings.getFirst();
        String value = line.containerId() + " " + line.hostId() + " " + line.length();
        if (line.containerId() != 0) {
            throw new SandboxException.Invalid(field, value, "must map id 0 of the container");
        }
        if (line.length() <= 0 || line.hostId() < 0 || line.hostId() + line.length() > IDS) {
            throw new SandboxException.Invalid(field, value, "must be a range of at least one id below 2^32");
        }
    }
}
