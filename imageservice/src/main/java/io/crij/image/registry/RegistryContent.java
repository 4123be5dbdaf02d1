package io.crij.image.registry;

import io.crij.image.Content;
import io.crij.image.Credentials;
import io.crij.image.Descriptor;
import io.crij.image.Digest;
import io.crij.image.ImageException;
import io.crij.image.ImageSettings;
import io.crij.image.Reference;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One image of a registry, for one pull: asks the hosts of the configuration one after the other, the registry
/// itself
/// last.
///
/// Thread-safe. The configuration is read when this is made.
public final class RegistryContent implements Content {
    private static final int MOST_MANIFEST = 8 << 20;
    private static final String MANIFESTS = String.join(
            ", ",
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.docker.distribution.manifest.list.v2+json",
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.v2+json",
            "*/*;q=0.1");

    private final Reference reference;
    private final Duration stall;
    private final HttpConnections connections;
    private final List<HostClient> hosts = new ArrayList<>();

    public RegistryContent(Reference reference, Credentials credentials, ImageSettings settings)
            throws ImageException.InvalidHostConfig {
        this(reference, credentials, settings, InetAddress::getAllByName, Backoff.USUAL);
    }

    RegistryContent(
            Reference reference,
            Credentials credentials,
            ImageSettings settings,
            HttpConnections.Resolver resolver,
            Backoff backoff)
            throws ImageException.InvalidHostConfig {
        this.reference = reference;
        this.stall = settings.stallTimeout();
        this.connections = new HttpConnections(settings.environment(), resolver, settings.stallTimeout());
        Authorizer authorizer = new Authorizer(credentials, connections);
        List<RegistryHost> all = new RegistryHosts(settings.registryConfig()).of(reference.registry());
        for (RegistryHost host : all) {
            Backoff patience = host == all.getLast() ? backoff : backoff.brief();
            hosts.add(new HostClient(host, reference, connections, authorizer, patience, settings.stallTimeout()));
        }
    }

    @Override
    public String name() {
        return reference.toString();
    }

    /// What a host is asked for.
    @FunctionalInterface
    private interface Request<T> {
        T ask(HostClient host) throws ImageException, InterruptedException;
    }

    private <T> T firstOf(List<HostClient> asked, Request<T> request) throws ImageException, InterruptedException {
        List<ImageException> failures = new ArrayList<>();
        for (HostClient host : asked) {
            try {
                return request.ask(host);
            } catch (ImageException e) {
                failures.add(e);
            }
        }
        if (failures.isEmpty()) {
            throw new ImageException.RegistryUnavailable(
                    reference.registry(),
                    "the configuration of " + reference.registry() + " has no host that may be asked for " + reference
                            + ": add \"pull\" and \"resolve\" to the capabilities of one");
        }
        // the registry itself is the last one, its word counts; what the mirrors said goes along
        ImageException last = failures.removeLast();
        failures.forEach(last::addSuppressed);
        throw last;
    }

    @Override
    public RawManifest root() throws ImageException, InterruptedException {
        Optional<Digest> wanted = reference.digest();
        List<HostClient> asked = hosts.stream()
                .filter(it -> wanted.isPresent() ? it.host().pulls() : it.host().resolves())
                .toList();
        String target = wanted.map(Digest::toString).or(reference::tag).orElse("latest");
        return firstOf(asked, host -> manifest(host, target, wanted, "the manifest of " + reference));
    }

    @Override
    public RawManifest manifest(Descriptor descriptor) throws ImageException, InterruptedException {
        String what = "manifest " + descriptor.digest() + " of " + reference;
        return firstOf(
                pulling(),
                host -> manifest(host, descriptor.digest().toString(), Optional.of(descriptor.digest()), what));
    }

    private RawManifest manifest(HostClient host, String target, Optional<Digest> wanted, String what)
            throws ImageException, InterruptedException {
        try (HttpResponse response = host.request("GET", "manifests/" + target, Map.of("Accept", MANIFESTS), what)) {
            byte[] bytes = response.text(MOST_MANIFEST + 1);
            if (bytes.length > MOST_MANIFEST) {
                throw new ImageException.InvalidManifest(what, "it is larger than " + MOST_MANIFEST + " bytes");
            }
            // a header may name the digest too: a proxy that mixes up answers is found out here
            Optional<Digest> promised = wanted.or(() -> digestIn(response));
            Digest actual = promised.map(
                            it -> Digest.finished(it.algorithm(), it.hasher().digest(bytes)))
                    .orElseGet(() -> Digest.of(bytes));
            if (promised.isPresent() && !promised.get().equals(actual)) {
                throw new ImageException.DigestMismatch(what, promised.get(), actual);
            }
            String type = response.headers()
                    .first("Content-Type")
                    .orElse("")
                    .replaceFirst(";.*", "")
                    .strip();
            return new RawManifest(bytes, type, actual);
        } catch (IOException e) {
            throw new ImageException.RegistryUnavailable(
                    host.host().name(),
                    "tried to fetch " + what + " from " + host.host().name() + " but " + e.getMessage() + ": try again",
                    e);
        }
    }

    private static Optional<Digest> digestIn(HttpResponse response) {
        try {
            return response.headers().first("Docker-Content-Digest").map(Digest::parse);
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // of an algorithm that we do not know: the bytes speak for themselves
        }
    }

    @Override
    public InputStream blob(Descriptor descriptor) throws ImageException, InterruptedException {
        return new BlobStream(this, reference, descriptor);
    }

    private List<HostClient> pulling() {
        return hosts.stream().filter(it -> it.host().pulls()).toList();
    }

    /// A blob from an offset on.
    record BlobPart(HttpResponse response, String host) {}

    BlobPart open(Descriptor descriptor, long offset) throws ImageException, InterruptedException {
        Map<String, String> headers = offset == 0 ? Map.of() : Map.of("Range", "bytes=" + offset + "-");
        return firstOf(
                pulling(),
                host -> new BlobPart(
                        host.request(
                                "GET",
                                "blobs/" + descriptor.digest(),
                                headers,
                                "blob " + descriptor.digest() + " of " + reference),
                        host.host().name()));
    }

    Duration stall() {
        return stall;
    }

    @Override
    public void close() {
        connections.close();
    }
}
