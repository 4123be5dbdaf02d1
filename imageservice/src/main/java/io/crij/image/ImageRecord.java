package io.crij.image;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What the store keeps of an image, as the JSON file `images/<hex of the id>.json`.
///
/// @param manifests digests of the manifests that led here; their bytes are kept
/// @param layers names in [Layers], bottom first, each once
/// @param pulledAt milliseconds since 1970
/// @param annotations of the manifest
/// @param unsyncedBoot while the content may not be on the disk yet: the boot in which it was written. After a power
/// cut
/// it is another boot, and the record counts for nothing.
@JsonIgnoreProperties(ignoreUnknown = true)
record ImageRecord(
        int version,
        Digest id,
        List<String> tags,
        List<String> digests,
        List<Digest> manifests,
        List<String> layers,
        List<Digest> diffIds,
        long size,
        long pulledAt,
        Map<String, String> annotations,
        @Nullable String unsyncedBoot) {
    static final int VERSION = 1;

    ImageRecord {
        Objects.requireNonNull(id);
        tags = List.copyOf(tags);
        digests = List.copyOf(digests);
        manifests = List.copyOf(manifests);
        layers = List.copyOf(layers);
        diffIds = List.copyOf(diffIds);
        // records of the first release have none
        annotations = annotations == null ? Map.of() : annotations;
    }

    ImageRecord withTags(List<String> names) {
        return new ImageRecord(
                version, id, names, digests, manifests, layers, diffIds, size, pulledAt, annotations, unsyncedBoot);
    }

    ImageRecord withUnsyncedBoot(@Nullable String boot) {
        return new ImageRecord(
                version, id, tags, digests, manifests, layers, diffIds, size, pulledAt, annotations, boot);
    }

    /// This image under the names of both; everything else is the other's, which is newer.
    ImageRecord joined(ImageRecord newer) {
        return new ImageRecord(
                version,
                id,
                union(tags, newer.tags),
                union(digests, newer.digests),
                new ArrayList<>(new java.util.LinkedHashSet<>(concat(manifests, newer.manifests))),
                newer.layers,
                newer.diffIds,
                newer.size,
                newer.pulledAt,
                newer.annotations,
                newer.unsyncedBoot);
    }

    /// What is told of the image.
    Image image(ConfigFile file, boolean pinned) {
        return new Image(
                id, tags, digests, size, diffIds, file.config(), Instant.ofEpochMilli(pulledAt), pinned, annotations);
    }

    private static List<String> union(List<String> a, List<String> b) {
        return List.copyOf(new TreeSet<>(concat(a, b)));
    }

    private static <T> List<T> concat(List<T> a, List<T> b) {
        List<T> both = new ArrayList<>(a);
        both.addAll(b);
        return both;
    }
}
