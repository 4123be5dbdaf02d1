package io.crij.image;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/// How a registry is told who asks. Never printed, never written to disk.
public sealed interface Credentials {
    /// Nothing is told.
    record Anonymous() implements Credentials {}

    /// Basic authentication, at the registry or at the token server it names.
    record Password(String user, String password) implements Credentials {
        @Override
        public String toString() {
            return "password of " + user;
        }
    }

    /// An OAuth 2 refresh token that the token server changes into an access token.
    record IdentityToken(String token) implements Credentials {
        @Override
        public String toString() {
            return "identity token";
        }
    }

    /// A bearer token, sent to the registry as it is.
    record RegistryToken(String token) implements Credentials {
        @Override
        public String toString() {
            return "registry token";
        }
    }

    /// From the fields of CRI `AuthConfig`, empty strings for what is not set. Preference: registry token, identity
    /// token, user and
    /// password, `auth`.
    ///
    /// @param auth base64 of `user:password`
    /// @param serverAddress when set and of another registry than the reference's, nothing is told
    static Credentials of(
            Reference reference,
            String username,
            String password,
            String auth,
            String serverAddress,
            String identityToken,
            String registryToken)
            throws ImageException.InvalidCredentials {
        if (!serverAddress.isEmpty() && !sameRegistry(serverAddress, reference.registry())) {
            return new Anonymous();
        }
        if (!registryToken.isEmpty()) {
            return new RegistryToken(registryToken);
        }
        if (!identityToken.isEmpty()) {
            return new IdentityToken(identityToken);
        }
        if (!username.isEmpty()) {
            return new Password(username, password);
        }
        return auth.isEmpty() ? new Anonymous() : decoded(auth);
    }

    private static Credentials decoded(String auth) throws ImageException.InvalidCredentials {
        String text;
        try {
            // some clients pad with zero bytes
            text = new String(Base64.getDecoder().decode(auth.strip()), StandardCharsets.UTF_8).replace("\0", "");
        } catch (IllegalArgumentException e) {
            throw new ImageException.InvalidCredentials("the auth field is not base64");
        }
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new ImageException.InvalidCredentials("the auth field is not base64 of user:password");
        }
        return new Password(text.substring(0, colon), text.substring(colon + 1));
    }

    private static boolean sameRegistry(String serverAddress, String registry) {
        String host = serverAddress.replaceFirst("^https?://", "").replaceFirst("/.*$", "");
        return canonical(host).equals(canonical(registry));
    }

    private static String canonical(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.equals("index.docker.io") || lower.equals("registry-1.docker.io") ? "docker.io" : lower;
    }
}
