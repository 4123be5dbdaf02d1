package io.crij.sandbox;

/// A port of the host that leads to a port of the pod (api.proto PortMapping).
///
/// @param hostPort zero or less: not mapped
/// @param hostIp empty: every address
public record PortMapping(Protocol protocol, int containerPort, int hostPort, String hostIp) {
    public enum Protocol {
        TCP,
        UDP,
        SCTP
    }
}
