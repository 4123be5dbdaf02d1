package io.crij.image;

import io.crij.image.ImageUsers.Group;
import io.crij.image.ImageUsers.User;
import io.crij.linux.ErrnoException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Reads `etc/passwd` and `etc/group` out of layers.
final class ImageUsersFile {
    /// No real user list is near this; a hostile one must not fill the heap.
    private static final int MOST_BYTES = 4 << 20;

    private ImageUsersFile() {}

    /// @param layers top-most first
    static ImageUsers read(List<Path> layers) throws ImageException {
        try (LayeredRoot root = new LayeredRoot(layers)) {
            return new ImageUsers(
                    lines(root, "etc/passwd").flatMap(it -> user(it).stream()).toList(),
                    lines(root, "etc/group").flatMap(it -> group(it).stream()).toList());
        } catch (ErrnoException e) {
            throw StoreFiles.failed(layers.getFirst(), "read the image's users", e);
        }
    }

    private static Stream<String> lines(LayeredRoot root, String path) throws ErrnoException {
        return root.read(path, MOST_BYTES)
                .map(it -> new String(it, StandardCharsets.UTF_8).lines())
                .orElseGet(Stream::empty);
    }

    static Optional<User> user(String line) {
        String[] fields = line.strip().split(":", -1);
        if (fields.length < 4 || fields[0].isEmpty() || !isId(fields[2]) || !isId(fields[3])) {
            return Optional.empty();
        }
        return Optional.of(new User(
                fields[0],
                Long.parseLong(fields[2]),
                Long.parseLong(fields[3]),
                fields.length > 5 ? fields[5] : "",
                fields.length > 6 ? fields[6] : ""));
    }

    static Optional<Group> group(String line) {
        String[] fields = line.strip().split(":", -1);
        if (fields.length < 3 || fields[0].isEmpty() || !isId(fields[2])) {
            return Optional.empty();
        }
        List<String> members = fields.length < 4
                ? List.of()
                : Arrays.stream(fields[3].split(","))
                        .map(String::strip)
                        .filter(it -> !it.isEmpty())
                        .toList();
        return Optional.of(new Group(fields[0], Long.parseLong(fields[2]), members));
    }

    private static boolean isId(String text) {
        return text.matches("[0-9]{1,10}") && Long.parseLong(text) < 0xFFFFFFFFL;
    }
}
