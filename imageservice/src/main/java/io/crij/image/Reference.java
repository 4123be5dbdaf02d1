package io.crij.image;

import java.util.Optional;
import java.util.regex.Pattern;

/// The name of an image in a registry, written out in full as Docker does it: `busybox` is
/// `docker.io/library/busybox:latest`. The grammar is the one of the distribution project ("reference").
///
/// @param registry host with optional port, such as `docker.io` or `[::1]:5000`
/// @param repository path in the registry, such as `library/busybox`
/// @param tag absent only when there is a digest
public record Reference(String registry, String repository, Optional<String> tag, Optional<Digest> digest) {
    private static final String LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    private static final Pattern REGISTRY =
            Pattern.compile("(?:" + LABEL + "(?:\\." + LABEL + ")*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?");
    private static final String PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
    private static final Pattern REPOSITORY = Pattern.compile(PART + "(?:/" + PART + ")*");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
    private static final Pattern BARE_ID = Pattern.compile("[a-f0-9]{64}");
    private static final int LONGEST_NAME = 255;

    /// Parses and completes a name. Without tag and digest the tag is `latest`.
    public static Reference parse(String text) throws ImageException.InvalidReference {
        if (text.isBlank()) {
            throw new ImageException.InvalidReference(text, "it is empty");
        }
        if (BARE_ID.matcher(text).matches()) {
            throw new ImageException.InvalidReference(text, "64 hexadecimal digits are an image id, not a name");
        }
        int at = text.indexOf('@');
        Optional<Digest> digest = at < 0 ? Optional.empty() : Optional.of(digest(text, text.substring(at + 1)));
        String named = at < 0 ? text : text.substring(0, at);
        int colon = named.lastIndexOf(':');
        boolean tagged = colon > named.lastIndexOf('/');
        Optional<String> tag = tagged ? Optional.of(named.substring(colon + 1)) : Optional.empty();
        return complete(text, tagged ? named.substring(0, colon) : named, tag, digest);
    }

    private static Reference complete(String text, String name, Optional<String> tag, Optional<Digest> digest)
            throws ImageException.InvalidReference {
        int slash = name.indexOf('/');
        String first = name.substring(0, Math.max(slash, 0));
        boolean hasRegistry = first.equals("localhost")
                || first.indexOf('.') >= 0
                || first.indexOf(':') >= 0
                || !first.equals(first.toLowerCase(java.util.Locale.ROOT));
        String registry = hasRegistry ? first : "docker.io";
        String repository = hasRegistry ? name.substring(slash + 1) : name;
        if (registry.equals("index.docker.io")) {
            registry = "docker.io";
        }
        if (registry.equals("docker.io") && repository.indexOf('/') < 0) {
            repository = "library/" + repository;
        }
        check(text, registry, repository, tag);
        Optional<String> completed = tag.isEmpty() && digest.isEmpty() ? Optional.of("latest") : tag;
        return new Reference(registry, repository, completed, digest);
    }

    private static void check(String text, String registry, String repository, Optional<String> tag)
            throws ImageException.InvalidReference {
        if (!REGISTRY.matcher(registry).matches()) {
            throw new ImageException.InvalidReference(text, "\"" + registry + "\" is not a host name");
        }
        if (repository.length() + registry.length() >= LONGEST_NAME) {
            throw new ImageException.InvalidReference(text, "the name is longer than " + LONGEST_NAME + " characters");
        }
        if (!REPOSITORY.matcher(repository).matches()) {
            throw new ImageException.InvalidReference(
                    text,
                    "\"" + repository + "\" is not a repository: lower-case letters, digits and single . _ - between "
                            + "them, parts divided by /");
        }
        if (tag.isPresent() && !TAG.matcher(tag.get()).matches()) {
            throw new ImageException.InvalidReference(
                    text, "\"" + tag.get() + "\" is not a tag: at most 128 letters, digits and _ . -");
        }
    }

    private static Digest digest(String text, String digest) throws ImageException.InvalidReference {
        try {
            return Digest.parse(digest);
        } catch (IllegalArgumentException e) {
            throw new ImageException.InvalidReference(text, String.valueOf(e.getMessage()));
        }
    }

    /// Registry and repository: `docker.io/library/busybox`.
    public String name() {
        return registry + "/" + repository;
    }

    /// `name:tag`, as an image's `repoTags` have it. With a digest the tag means nothing and there is none.
    public Optional<String> repoTag() {
        return digest.isPresent() ? Optional.empty() : tag.map(it -> name() + ":" + it);
    }

    /// `name@digest`, as an image's `repoDigests` have it.
    public String repoDigest(Digest manifest) {
        return name() + "@" + manifest;
    }

    /// What a registry is asked for: the digest when there is one, else the tag.
    String target() {
        return digest.map(Digest::toString).or(() -> tag).orElse("latest");
    }

    @Override
    public String toString() {
        return name()
                + tag.map(it -> ":" + it).orElse("")
                + digest.map(it -> "@" + it).orElse("");
    }
}
