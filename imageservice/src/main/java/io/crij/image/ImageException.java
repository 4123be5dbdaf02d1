package io.crij.image;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Why something with an image did not work. The message says what was tried, on what, why it failed and what to
/// do.
public abstract sealed class ImageException extends Exception {
    ImageException(String message) {
        super(message);
    }

    ImageException(String message, Throwable cause) {
        super(message, cause);
    }

    /// The text is not the name of an image.
    public static final class InvalidReference extends ImageException {
        private final String text;

        public InvalidReference(String text, String reason) {
            super("invalid image reference \"" + text + "\": " + reason);
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    /// The credentials given with a request cannot be read.
    public static final class InvalidCredentials extends ImageException {
        public InvalidCredentials(String reason) {
            super("invalid registry credentials: " + reason);
        }
    }

    /// There is no such image, here or in the registry.
    public static final class NotFound extends ImageException {
        private final String image;

        public NotFound(String image, String message) {
            super(message);
            this.image = image;
        }

        public String image() {
            return image;
        }
    }

    /// No registry host answered as a registry does.
    public static final class RegistryUnavailable extends ImageException {
        private final String host;

        public RegistryUnavailable(String host, String message) {
            super(message);
            this.host = host;
        }

        public RegistryUnavailable(String host, String message, Throwable cause) {
            super(message, cause);
            this.host = host;
        }

        public String host() {
            return host;
        }
    }

    /// The registry wants credentials, or others than those given (401).
    public static final class Unauthorized extends ImageException {
        private final String host;

        public Unauthorized(String host, String message) {
            super(message);
            this.host = host;
        }

        public String host() {
            return host;
        }
    }

    /// The registry knows who asks and refuses (403).
    public static final class Denied extends ImageException {
        private final String host;

        public Denied(String host, String message) {
            super(message);
            this.host = host;
        }

        public String host() {
            return host;
        }
    }

    /// The registry answers 429 even after waiting.
    public static final class RateLimited extends ImageException {
        private final Optional<Duration> retryAfter;

        public RateLimited(String host, String what, Optional<Duration> retryAfter) {
            super("tried to fetch " + what + " from " + host + " but it limits the rate of requests (429)"
                    + retryAfter
                            .map(it -> ", it wants a pause of " + it.toSeconds() + " s")
                            .orElse("") + ": wait, sign in, or configure a mirror");
            this.retryAfter = retryAfter;
        }

        public Optional<Duration> retryAfter() {
            return retryAfter;
        }
    }

    /// The registry answered something that the distribution protocol does not have at this place.
    public static final class UnexpectedAnswer extends ImageException {
        private final int status;

        public UnexpectedAnswer(String host, String what, int status, String reason) {
            super("tried to fetch " + what + " from " + host + " but it answered " + status
                    + (reason.isEmpty() ? "" : ": " + reason));
            this.status = status;
        }

        public int status() {
            return status;
        }
    }

    /// Content is not what its name says.
    public static final class DigestMismatch extends ImageException {
        private final Digest expected;
        private final Digest actual;

        public DigestMismatch(String what, Digest expected, Digest actual) {
            super(what + " should have digest " + expected + " but has " + actual
                    + ": it was damaged on the way or in the registry; pull again, then push it again");
            this.expected = expected;
            this.actual = actual;
        }

        public Digest expected() {
            return expected;
        }

        public Digest actual() {
            return actual;
        }
    }

    /// A manifest, config or layer of a kind that is not known here.
    public static final class UnsupportedMediaType extends ImageException {
        private final String mediaType;

        public UnsupportedMediaType(String what, String mediaType, String advice) {
            super(what + " has the media type \"" + mediaType + "\", which is not supported: " + advice);
            this.mediaType = mediaType;
        }

        public String mediaType() {
            return mediaType;
        }
    }

    /// A manifest or configuration that cannot be read.
    public static final class InvalidManifest extends ImageException {
        public InvalidManifest(String what, String reason) {
            super(what + " is invalid: " + reason + "; push the image again with a current tool");
        }
    }

    /// The image is not made for this machine.
    public static final class NoMatchingPlatform extends ImageException {
        private final Platform wanted;
        private final List<Platform> available;

        public NoMatchingPlatform(String image, Platform wanted, List<Platform> available) {
            super(image + " has nothing for " + wanted + ", only for "
                    + available.stream().map(Platform::toString).collect(Collectors.joining(", "))
                    + ": choose an image that is built for this machine");
            this.wanted = wanted;
            this.available = List.copyOf(available);
        }

        public Platform wanted() {
            return wanted;
        }

        public List<Platform> available() {
            return available;
        }
    }

    /// A layer's bytes cannot be unpacked: truncated, not compressed as said, not a tar archive.
    public static final class CorruptLayer extends ImageException {
        private final Digest layer;

        public CorruptLayer(Digest layer, String reason) {
            super("layer " + layer + " is corrupt: " + reason + "; push the image again");
            this.layer = layer;
        }

        public CorruptLayer(Digest layer, String reason, Throwable cause) {
            super("layer " + layer + " is corrupt: " + reason + "; push the image again", cause);
            this.layer = layer;
        }

        public Digest layer() {
            return layer;
        }
    }

    /// A layer that tries to reach outside its folder, or whose entries no file system can hold.
    public static final class UnsafeLayer extends ImageException {
        private final Digest layer;
        private final String entry;

        public UnsafeLayer(Digest layer, String entry, String reason) {
            super("layer " + layer + " is refused: entry \"" + entry + "\" " + reason
                    + "; do not use this image unless you know who made it");
            this.layer = layer;
            this.entry = entry;
        }

        public Digest layer() {
            return layer;
        }

        public String entry() {
            return entry;
        }
    }

    /// The disk is full.
    public static final class NoSpace extends ImageException {
        private final Path where;

        public NoSpace(Path where, String what, Throwable cause) {
            super(
                    "tried to write " + what + " below " + where
                            + " but there is no space left (or no inode, or the quota is"
                            + " used up): remove unused images with `crij rmi` or give the disk more room",
                    cause);
            this.where = where;
        }

        public Path where() {
            return where;
        }
    }

    /// No byte came for a while.
    public static final class Timeout extends ImageException {
        private final Duration after;

        public Timeout(String host, String what, Duration after) {
            super("tried to fetch " + what + " from " + host + " but no byte came for " + after.toSeconds()
                    + " s: check the network and the registry, or raise the limit");
            this.after = after;
        }

        public Duration after() {
            return after;
        }
    }

    /// The per-host configuration of registries cannot be read.
    public static final class InvalidHostConfig extends ImageException {
        private final Path file;

        public InvalidHostConfig(Path file, String reason) {
            super("registry configuration " + file + ": " + reason);
            this.file = file;
        }

        public Path file() {
            return file;
        }
    }

    /// An archive to import that is neither an OCI layout nor made by `docker save`.
    public static final class InvalidArchive extends ImageException {
        private final Path file;

        public InvalidArchive(Path file, String reason) {
            super("tried to import " + file + " but " + reason);
            this.file = file;
        }

        public Path file() {
            return file;
        }
    }

    /// The store's own files cannot be read or written.
    public static final class StoreFailed extends ImageException {
        private final Path where;

        public StoreFailed(Path where, String what, Throwable cause) {
            super("tried to " + what + " in " + where + " but " + cause.getMessage(), cause);
            this.where = where;
        }

        public Path where() {
            return where;
        }
    }
}
