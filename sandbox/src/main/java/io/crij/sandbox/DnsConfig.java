package io.crij.sandbox;

import java.util.List;

/// What the pod's resolv.conf says; all empty means the host's own file (api.proto DNSConfig).
public record DnsConfig(List<String> servers, List<String> searches, List<String> options) {
    public DnsConfig {
        servers = List.copyOf(servers);
        searches = List.copyOf(searches);
        options = List.copyOf(options);
    }

    public static DnsConfig ofHost() {
        return new DnsConfig(List.of(), List.of(), List.of());
    }

    public boolean isEmpty() {
        return servers.isEmpty() && searches.isEmpty() && options.isEmpty();
    }
}
