package io.crij.server.streaming;

import java.nio.file.Path;
import java.time.Duration;

/// How streams are served.
///
/// @param address to listen on, which is also the host of the URLs
/// @param port 0: any free one
/// @param certificate PEM; an empty path: no TLS
/// @param clientAuthority PEM; an empty path: clients need no certificate
/// @param idleTimeout a connection without a byte for this long is closed
/// @param tokenLifetime how long a URL holds
/// @param upgradeTimeout how long a client may take for its request
public record StreamSettings(
        String address,
        int port,
        Path certificate,
        Path key,
        Path clientAuthority,
        Duration idleTimeout,
        Duration tokenLifetime,
        Duration upgradeTimeout) {
    boolean tls() {
        return !certificate.toString().isEmpty();
    }
}
