package io.crij.image.registry;

import io.crij.image.ImageException;
import io.crij.image.ImageException.RegistryUnavailable;
import io.crij.image.Reference;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;

/// Requests to one registry host: answers its challenges, follows its redirects, tries again what may pass, and
/// turns
/// every other answer into an [ImageException]. Thread-safe.
final class HostClient {
    private static final int MOST_REDIRECTS = 5;
    private static final int MOST_SIGN_INS = 2;
    private static final int MOST_ERROR = 16 * 1024;

    private final RegistryHost host;
    private final Reference reference;
    private final HttpConnections connections;
    private final Authorizer authorizer;
    private final Backoff backoff;
    private final Duration stall;

    HostClient(
            RegistryHost host,
            Reference reference,
            HttpConnections connections,
            Authorizer authorizer,
            Backoff backoff,
            Duration stall) {
        this.host = host;
        this.reference = reference;
        this.connections = connections;
        this.authorizer = authorizer;
        this.backoff = backoff;
        this.stall = stall;
    }

    RegistryHost host() {
        return host;
    }

    /// A successful answer (2xx), or 416 to a request with a range.
    ///
    /// @param path below the repository, such as `manifests/latest`
    /// @param what for messages
    HttpResponse request(String method, String path, Map<String, String> headers, String what)
            throws ImageException, InterruptedException {
        URI uri = host.resolve("/" + reference.repository() + "/" + path, reference.registry());
        for (int attempt = 1; ; attempt++) {
            boolean last = attempt >= backoff.attempts();
            Optional<Duration> asked = Optional.empty();
            try {
                HttpResponse response = authorized(method, uri, headers);
                if (response.status() / 100 == 2 || response.status() == 416) {
                    return response;
                }
                if (last || response.status() != 429 && response.status() / 100 != 5) {
                    throw refused(response, what);
                }
                asked = retryAfter(response);
                response.close();
            } catch (SocketTimeoutException e) {
                throw new ImageException.Timeout(host.name(), what, stall);
            } catch (IOException e) {
                if (last || !mayPass(e)) {
                    throw unavailable(what, e);
                }
            }
            backoff.pause(attempt, asked);
        }
    }

    private HttpResponse authorized(String method, URI uri, Map<String, String> headers)
            throws ImageException, IOException {
        for (int signIn = 0; ; signIn++) {
            Optional<String> authorization = authorizer.header(host);
            HttpResponse response = redirected(method, uri, headers, authorization);
            if (response.status() != 401 || signIn >= MOST_SIGN_INS) {
                return response;
            }
            var challenges = Challenge.parse(response.headers().all("WWW-Authenticate"));
            if (!authorizer.answer(host, reference.repository(), challenges, authorization, signIn == 0)) {
                return response;
            }
            response.text(MOST_ERROR); // read to its end, the connection can serve the next request
            response.close();
        }
    }

    private HttpResponse redirected(String method, URI first, Map<String, String> headers, Optional<String> secret)
            throws IOException {
        URI uri = first;
        for (int redirects = 0; ; redirects++) {
            boolean home = uri.getAuthority().equals(first.getAuthority())
                    && uri.getScheme().equals(first.getScheme());
            Map<String, String> all = new LinkedHashMap<>(headers);
            if (home) {
                // a storage that a registry points to must get neither token nor configured fields
                all.putAll(host.headers());
                secret.ifPresent(it -> all.putIfAbsent("Authorization", it));
            }
            HttpResponse response = connections.send(method, uri, home ? host.tls() : foreignTls(), all, new byte[0]);
            Optional<String> location = response.headers().first("Location");
            if (!isRedirect(response.status()) || location.isEmpty()) {
                return response;
            }
            response.close();
            if (redirects >= MOST_REDIRECTS) {
                throw new ConnectException("it redirects in circles");
            }
            uri = next(uri, location.get());
        }
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    private static URI next(URI from, String location) throws IOException {
        try {
            URI to = from.resolve(location);
            if ("https".equals(from.getScheme()) && !"https".equals(to.getScheme())) {
                throw new ConnectException("it redirects from https to " + to.getScheme() + ", which is refused");
            }
            if (to.getHost() != null && ("http".equals(to.getScheme()) || "https".equals(to.getScheme()))) {
                return to;
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw new ConnectException("it redirects to something that is no address");
    }

    /// The host's authorities may have signed its storage too; our own certificate is for the host only.
    private TlsSettings foreignTls() {
        return new TlsSettings(host.tls().ca(), java.util.List.of(), host.tls().skipVerify());
    }

    private static boolean mayPass(IOException e) {
        return switch (e) {
            case SSLException tls -> false;
            case UnknownHostException unknown -> false;
            case InterruptedIOException ended -> false;
            default -> true;
        };
    }

    private ImageException refused(HttpResponse response, String what) throws IOException {
        String said;
        try (response) {
            said = RegistryError.in(response.text(MOST_ERROR)).orElse("");
        }
        String tried = "tried to fetch " + what + " from " + host.name() + " but it ";
        String detail = " (" + response.status() + (said.isEmpty() ? "" : " " + said) + ")";
        return switch (response.status()) {
            case 401 ->
                new ImageException.Unauthorized(
                        host.name(),
                        tried + "wants other credentials than were given" + detail
                                + ": check the image's name, and user and password or token (imagePullSecrets)");
            case 403 ->
                new ImageException.Denied(
                        host.name(),
                        tried + "denies access" + detail + ": the account needs the right to pull "
                                + reference.repository());
            case 404 ->
                new ImageException.NotFound(
                        reference.toString(), tried + "has no such thing" + detail + ": check name and tag");
            case 429 -> new ImageException.RateLimited(host.name(), what, retryAfter(response));
            default ->
                response.status() / 100 == 5
                        ? new RegistryUnavailable(
                                host.name(),
                                tried + "failed" + detail + " " + backoff.attempts() + " times: try again later")
                        : new ImageException.UnexpectedAnswer(host.name(), what, response.status(), said);
        };
    }

    private RegistryUnavailable unavailable(String what, IOException e) {
        String reason = switch (e) {
            case UnknownHostException unknown ->
                "DNS knows no host " + unknown.getMessage() + ": check the name, and the DNS of this machine";
            case SSLException tls ->
                "TLS failed (" + tls.getMessage()
                        + "): if the registry has a certificate of its own authority, name that"
                        + " in certs.d/" + reference.registry() + "/hosts.toml (ca = \"…\"); if it speaks plain HTTP,"
                        + " give it as server = \"http://…\" there";
            default ->
                e.getMessage() + ": check that it runs and can be reached from this machine, and the proxy variables";
        };
        return new RegistryUnavailable(
                host.name(), "tried to fetch " + what + " from " + host.name() + " but " + reason, e);
    }

    private static Optional<Duration> retryAfter(HttpResponse response) {
        return response.headers().first("Retry-After").flatMap(value -> {
            if (value.matches("[0-9]{1,6}")) {
                return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
            }
            try {
                ZonedDateTime until = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
                Duration left = Duration.between(ZonedDateTime.now(until.getZone()), until);
                return Optional.of(left.isNegative() ? Duration.ZERO : left);
            } catch (DateTimeParseException e) {
                return Optional.empty();
            }
        });
    }
}
