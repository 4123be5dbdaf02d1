package io.crij.image.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crij.image.Credentials;
import io.crij.image.Credentials.Anonymous;
import io.crij.image.Credentials.IdentityToken;
import io.crij.image.Credentials.Password;
import io.crij.image.Credentials.RegistryToken;
import io.crij.image.ImageException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Answers the challenges of registry hosts: Basic, or Bearer with a token from the server that the challenge names
/// (distribution project, "Token Authentication"). Nothing is sent to a host that did not ask, and nothing secret over
/// plain HTTP when the registry itself is reached over TLS.
///
/// Thread-safe. Tokens live as long as this object: one pull.
final class Authorizer {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_ANSWER = 1 << 20;

    private final Credentials credentials;
    private final HttpConnections connections;
    private final Map<String, String> headers = new ConcurrentHashMap<>();

    Authorizer(Credentials credentials, HttpConnections connections) {
        this.credentials = credentials;
        this.connections = connections;
    }

    /// The `Authorization` field that a host took, or is likely to take.
    Optional<String> header(RegistryHost host) {
        return Optional.ofNullable(headers.get(host.name()));
    }

    /// Answers a 401.
    ///
    /// @param used the field that was sent with the refused request
    /// @param old whether that field is one of an earlier request, so that it may have expired since
    /// @return false when there is nothing new to try
    boolean answer(RegistryHost host, String repository, List<Challenge> challenges, Optional<String> used, boolean old)
            throws ImageException, IOException {
        if (!header(host).equals(used)) {
            return true; // another thread has been faster
        }
        for (Challenge challenge : challenges) {
            Optional<String> field = switch (challenge.scheme()) {
                case "bearer" -> bearer(host, repository, challenge, used, old);
                case "basic" -> basic();
                default -> Optional.empty();
            };
            if (field.isPresent() && !field.equals(used)) {
                headers.put(host.name(), field.get());
                return true;
            }
        }
        return false;
    }

    private Optional<String> basic() {
        return credentials instanceof Password password ? Optional.of(basic(password)) : Optional.empty();
    }

    private static String basic(Password password) {
        byte[] both = (password.user() + ":" + password.password()).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(both);
    }

    private Optional<String> bearer(
            RegistryHost host, String repository, Challenge challenge, Optional<String> used, boolean old)
            throws ImageException, IOException {
        if (credentials instanceof RegistryToken token) {
            return Optional.of("Bearer " + token.token());
        }
        if (used.isPresent()
                && !old
                && !challenge.parameter("error").equals("invalid_token")
                && !used.get().startsWith("Basic")) {
            return Optional.empty(); // a fresh token was not enough
        }
        URI realm = realm(host, challenge);
        String scope = challenge.parameter("scope");
        String query = "service=" + encoded(challenge.parameter("service")) + "&scope="
                + encoded(scope.isEmpty() ? "repository:" + repository + ":pull" : scope);
        return Optional.of("Bearer "
                + switch (credentials) {
                    case Anonymous none -> token(host, realm, query, Map.of());
                    case Password password ->
                        token(
                                host,
                                realm,
                                query + "&account=" + encoded(password.user()),
                                Map.of("Authorization", basic(password)));
                    case IdentityToken identity -> refreshed(host, realm, query, identity);
                    case RegistryToken token -> token.token();
                });
    }

    private URI realm(RegistryHost host, Challenge challenge) throws ImageException {
        String realm = challenge.parameter("realm");
        try {
            URI uri = URI.create(realm);
            boolean plain = "http".equals(uri.getScheme());
            if (uri.getHost() == null || !plain && !"https".equals(uri.getScheme())) {
                throw new IllegalArgumentException("no http address");
            }
            // a registry must not be able to make us send a password in the clear
            if (plain && "https".equals(host.base().getScheme()) && !(credentials instanceof Anonymous)) {
                throw new ImageException.Unauthorized(
                        host.name(),
                        host.name() + " wants the credentials sent to " + realm
                                + " without encryption, which is refused: the registry's token server needs https");
            }
            return uri;
        } catch (IllegalArgumentException e) {
            throw new ImageException.Unauthorized(
                    host.name(),
                    host.name() + " names the token server \"" + realm
                            + "\", which is no address: the registry is set up wrongly");
        }
    }

    private String token(RegistryHost host, URI realm, String query, Map<String, String> headers)
            throws ImageException, IOException {
        String joint = realm.getRawQuery() == null ? "?" : "&";
        return request(host, "GET", URI.create(realm + joint + query), headers, new byte[0]);
    }

    private String refreshed(RegistryHost host, URI realm, String query, IdentityToken identity)
            throws ImageException, IOException {
        String form =
                "grant_type=refresh_token&client_id=cri-j&" + query + "&refresh_token=" + encoded(identity.token());
        Map<String, String> headers = Map.of("Content-Type", "application/x-www-form-urlencoded");
        return request(host, "POST", realm, headers, form.getBytes(StandardCharsets.US_ASCII));
    }

    private String request(RegistryHost host, String method, URI uri, Map<String, String> headers, byte[] body)
            throws ImageException, IOException {
        // the token server has the certificate of the host only when it is the host
        TlsSettings tls = uri.getAuthority().equals(host.name()) ? host.tls() : TlsSettings.USUAL;
        try (HttpResponse response = connections.send(method, uri, tls, headers, body)) {
            byte[] answer = response.text(MOST_ANSWER);
            if (response.status() != 200) {
                throw refused(host, uri, response.status(), answer);
            }
            JsonNode json = JSON.readTree(answer);
            String token = json.path("token").asText(json.path("access_token").asText(""));
            if (token.isEmpty()) {
                throw new IOException("the token server " + uri.getAuthority() + " answered without a token");
            }
            return token;
        }
    }

    private ImageException refused(RegistryHost host, URI uri, int status, byte[] answer) {
        String message = "tried to sign in at " + uri.getAuthority() + " for " + host.name() + " but it answered "
                + status + RegistryError.in(answer).map(it -> ": " + it).orElse("");
        return switch (status) {
            case 400, 401, 403 ->
                new ImageException.Unauthorized(
                        host.name(), message + "; check user and password or token (imagePullSecrets)");
            case 429 -> new ImageException.RateLimited(uri.getAuthority(), "a token", Optional.empty());
            default -> new ImageException.RegistryUnavailable(host.name(), message);
        };
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
