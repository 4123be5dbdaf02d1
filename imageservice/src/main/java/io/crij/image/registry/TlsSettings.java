package io.crij.image.registry;

import java.nio.file.Path;
import java.util.List;

/// How a registry host is recognised and how we show who we are.
///
/// @param ca files with certificates (PEM) trusted besides those of the machine
/// @param clients certificates of ours
/// @param skipVerify take any certificate
record TlsSettings(List<Path> ca, List<ClientCertificate> clients, boolean skipVerify) {
    static final TlsSettings USUAL = new TlsSettings(List.of(), List.of(), false);

    /// @param key the same file when it holds both
    record ClientCertificate(Path certificate, Path key) {}
}
