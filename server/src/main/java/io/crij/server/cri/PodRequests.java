package io.crij.server.cri;

import io.crij.cri.v1.IDMapping;
import io.crij.cri.v1.LinuxSandboxSecurityContext;
import io.crij.cri.v1.NamespaceOption;
import io.crij.cri.v1.PodSandboxConfig;
import io.crij.sandbox.DnsConfig;
import io.crij.sandbox.IdMapping;
import io.crij.sandbox.NamespaceMode;
import io.crij.sandbox.PodConfig;
import io.crij.sandbox.PodMetadata;
import io.crij.sandbox.PodNamespaceModes;
import io.crij.sandbox.PodSecurity;
import io.crij.sandbox.PortMapping;
import io.crij.sandbox.SandboxException;
import io.crij.sandbox.SecurityProfile;
import io.crij.sandbox.SelinuxLabel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a request says of a pod, in the words of the sandbox module.
public final class PodRequests {
    private PodRequests() {}

    public static PodConfig config(PodSandboxConfig config) throws SandboxException {
        var linux = config.getLinux();
        return new PodConfig(
                metadata(config),
                config.getHostname(),
                config.getLogDirectory(),
                new DnsConfig(
                        config.getDnsConfig().getServersList(),
                        config.getDnsConfig().getSearchesList(),
                        config.getDnsConfig().getOptionsList()),
                ports(config),
                config.getLabelsMap(),
                config.getAnnotationsMap(),
                linux.getCgroupParent(),
                linux.getSysctlsMap(),
                namespaces(linux.getSecurityContext().getNamespaceOptions()),
                security(linux.getSecurityContext()),
                linux.hasOverhead() ? Resources.of(linux.getOverhead()) : null,
                linux.hasResources() ? Resources.of(linux.getResources()) : null);
    }

    private static PodMetadata metadata(PodSandboxConfig config) throws SandboxException {
        var metadata = config.getMetadata();
        if (metadata.getName().isEmpty()
                || metadata.getUid().isEmpty()
                || metadata.getNamespace().isEmpty()) {
            throw new SandboxException.Invalid(
                    "config.metadata", "", "a sandbox needs metadata with a name, a uid and a namespace");
        }
        return new PodMetadata(metadata.getName(), metadata.getUid(), metadata.getNamespace(), metadata.getAttempt());
    }

    private static List<PortMapping> ports(PodSandboxConfig config) throws SandboxException {
        var ports = new java.util.ArrayList<PortMapping>();
        for (var port : config.getPortMappingsList()) {
            var protocol = switch (port.getProtocol()) {
                case TCP -> PortMapping.Protocol.TCP;
                case UDP -> PortMapping.Protocol.UDP;
                case SCTP -> PortMapping.Protocol.SCTP;
                case UNRECOGNIZED ->
                    throw new SandboxException.Invalid(
                            "config.port_mappings.protocol", "" + port.getProtocolValue(), "unknown protocol");
            };
            ports.add(new PortMapping(protocol, port.getContainerPort(), port.getHostPort(), port.getHostIp()));
        }
        return ports;
    }

    private static PodNamespaceModes namespaces(NamespaceOption options) throws SandboxException {
        var user = options.getUsernsOptions();
        return new PodNamespaceModes(
                mode("network", options.getNetwork()),
                mode("pid", options.getPid()),
                mode("ipc", options.getIpc()),
                options.getTargetId(),
                options.hasUsernsOptions() ? mode("userns_options", user.getMode()) : NamespaceMode.NODE,
                mappings(user.getUidsList()),
                mappings(user.getGidsList()));
    }

    private static NamespaceMode mode(String field, io.crij.cri.v1.NamespaceMode mode) throws SandboxException {
        return switch (mode) {
            case POD -> NamespaceMode.POD;
            case CONTAINER -> NamespaceMode.CONTAINER;
            case NODE -> NamespaceMode.NODE;
            case TARGET -> NamespaceMode.TARGET;
            case UNRECOGNIZED ->
                throw new SandboxException.Invalid(
                        "config.linux.security_context.namespace_options." + field, "", "unknown namespace mode");
        };
    }

    static List<IdMapping> mappings(List<IDMapping> mappings) {
        return mappings.stream()
                .map(line -> new IdMapping(
                        Integer.toUnsignedLong(line.getHostId()),
                        Integer.toUnsignedLong(line.getContainerId()),
                        Integer.toUnsignedLong(line.getLength())))
                .toList();
    }

    private static PodSecurity security(LinuxSandboxSecurityContext security) throws SandboxException {
        if (security.hasRunAsGroup() && !security.hasRunAsUser()) {
            throw new SandboxException.Invalid(
                    "config.linux.security_context.run_as_group",
                    "" + security.getRunAsGroup().getValue(),
                    "a group needs run_as_user beside it");
        }
        return new PodSecurity(
                security.getPrivileged(),
                security.hasRunAsUser() ? (Long) security.getRunAsUser().getValue() : null,
                security.hasRunAsGroup() ? (Long) security.getRunAsGroup().getValue() : null,
                security.getSupplementalGroupsList(),
                security.getReadonlyRootfs(),
                security.hasSeccomp() ? profile(security.getSeccomp()) : null,
                security.hasApparmor() ? profile(security.getApparmor()) : null,
                label(security));
    }

    private static SecurityProfile profile(io.crij.cri.v1.SecurityProfile profile) throws SandboxException {
        return switch (profile.getProfileType()) {
            case RuntimeDefault -> new SecurityProfile.RuntimeDefault();
            case Unconfined -> new SecurityProfile.Unconfined();
            case Localhost -> new SecurityProfile.Localhost(profile.getLocalhostRef());
            case UNRECOGNIZED ->
                throw new SandboxException.Invalid(
                        "config.linux.security_context", "" + profile.getProfileTypeValue(), "unknown kind of profile");
        };
    }

    private static @Nullable SelinuxLabel label(LinuxSandboxSecurityContext security) {
        if (!security.hasSelinuxOptions()) {
            return null;
        }
        var options = security.getSelinuxOptions();
        return new SelinuxLabel(options.getUser(), options.getRole(), options.getType(), options.getLevel());
    }
}
