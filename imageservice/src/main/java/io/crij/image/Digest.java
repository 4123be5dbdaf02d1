package io.crij.image;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.crij.linux.Sha256;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// The name of content: an algorithm and the hash of the bytes, `sha256:6c3c…` (OCI image-spec "Digests").
///
/// @param algorithm `sha256` or `sha512`
/// @param hex lower-case hexadecimal of the hash
public record Digest(String algorithm, String hex) {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern SHA512 = Pattern.compile("[0-9a-f]{128}");

    public Digest {
        boolean valid = switch (algorithm) {
            case "sha256" -> SHA256.matcher(hex).matches();
            case "sha512" -> SHA512.matcher(hex).matches();
            default -> false;
        };
        if (!valid) {
            throw new IllegalArgumentException("\"" + algorithm + ":" + hex
                    + "\" is not a digest: give sha256: and 64, or sha512: and 128 lower-case hexadecimal digits");
        }
    }

    /// @throws IllegalArgumentException when the text is not a digest of a known algorithm
    @JsonCreator
    public static Digest parse(String text) {
        int colon = text.indexOf(':');
        return new Digest(text.substring(0, Math.max(colon, 0)), text.substring(colon + 1));
    }

    /// The sha256 digest of these bytes.
    public static Digest of(byte[] content) {
        return finished("sha256", hasher("sha256").digest(content));
    }

    /// A hash function to feed content to that should have this digest; compare with [#matches].
    public MessageDigest hasher() {
        return hasher(algorithm);
    }

    public boolean matches(byte[] hash) {
        return hex.equals(HexFormat.of().formatHex(hash));
    }

    public static Digest finished(String algorithm, byte[] hash) {
        return new Digest(algorithm, HexFormat.of().formatHex(hash));
    }

    private static MessageDigest hasher(String algorithm) {
        if (algorithm.equals("sha256")) {
            return Sha256.create();
        }
        try {
            return MessageDigest.getInstance("SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no " + algorithm, e);
        }
    }

    @Override
    @JsonValue
    public String toString() {
        return algorithm + ":" + hex;
    }
}
