package io.crij.image;

import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_NOFOLLOW;
import static io.crij.linux.abi.FileFlags.O_NONBLOCK;
import static io.crij.linux.abi.FileFlags.O_RDONLY;

import io.crij.linux.At;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Stat;
import io.crij.linux.Xattr;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Files as an overlay of layers would show them, without mounting it: the upper-most layer wins, whiteouts hide,
/// opaque folders end the search, and symbolic links lead nowhere but inside. Every step opens one name with
/// `O_NOFOLLOW` below a folder that is open already, so that no link of a hostile image reaches the host.
///
/// Not thread-safe.
final class LayeredRoot implements AutoCloseable {
    private static final int MOST_LINKS = 40;
    private static final int FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

    private final List<Fd> roots = new ArrayList<>();

    /// @param layers top-most first
    LayeredRoot(List<Path> layers) throws ErrnoException {
        try {
            for (Path layer : layers) {
                roots.add(Fd.open(layer.toString(), FOLDER));
            }
        } catch (ErrnoException e) {
            close();
            throw e;
        }
    }

    /// What a name in a merged folder is: the folders of all layers that have part of it, or a file of one.
    private record Found(Stat stat, List<Fd> folders, Optional<Fd> in) {}

    /// The content of a regular file, links followed; empty when there is none.
    ///
    /// @param limit bytes; more are an error
    Optional<byte[]> read(String path, int limit) throws ErrnoException {
        Deque<String> todo = new ArrayDeque<>(names(path));
        List<String> done = new ArrayList<>();
        int links = 0;
        while (!todo.isEmpty()) {
            String name = todo.pop();
            if (name.equals("..")) {
                if (!done.isEmpty()) {
                    done.removeLast();
                }
                continue;
            }
            Step step = step(done, name, limit, todo.isEmpty());
            switch (step) {
                case Missing missing -> {
                    return Optional.empty();
                }
                case Folder folder -> done.add(name);
                case Content content -> {
                    return Optional.of(content.bytes());
                }
                case Link link -> {
                    if (++links > MOST_LINKS) {
                        return Optional.empty();
                    }
                    if (link.target().startsWith("/")) {
                        done.clear();
                    }
                    List<String> target = names(link.target());
                    target.reversed().forEach(todo::push);
                }
            }
        }
        return Optional.empty(); // a folder
    }

    private sealed interface Step {}

    private record Missing() implements Step {}

    private record Folder() implements Step {}

    private record Link(String target) implements Step {}

    private record Content(byte[] bytes) implements Step {}

    private Step step(List<String> folder, String name, int limit, boolean last) throws ErrnoException {
        List<Fd> opened = new ArrayList<>();
        try {
            Optional<Found> found = find(folder, name, opened);
            if (found.isEmpty()) {
                return new Missing();
            }
            Stat stat = found.get().stat();
            if (stat.isDirectory()) {
                return new Folder();
            }
            Fd in = found.get().in().orElseThrow();
            if (stat.isSymlink()) {
                return new Link(At.readlink(in, name));
            }
            if (!last || !stat.isRegular()) {
                return new Missing();
            }
            try (Fd file = At.open(in, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0)) {
                return new Content(file.readAll(limit));
            }
        } finally {
            opened.forEach(Fd::close);
        }
    }

    /// What lies at a path, which must not lead through links; empty when there is nothing or a whiteout.
    Optional<Stat> stat(String path) throws ErrnoException {
        List<String> names = names(path);
        List<Fd> opened = new ArrayList<>();
        try {
            return names.isEmpty()
                    ? Optional.of(roots.getFirst().stat())
                    : find(names.subList(0, names.size() - 1), names.getLast(), opened)
                            .map(Found::stat);
        } finally {
            opened.forEach(Fd::close);
        }
    }

    /// @param opened collects descriptors for the caller to close
    private Optional<Found> find(List<String> folder, String name, List<Fd> opened) throws ErrnoException {
        List<Fd> at = roots;
        for (String part : folder) {
            Optional<Found> next = find(at, part);
            next.ifPresent(it -> opened.addAll(it.folders()));
            if (next.isEmpty() || next.get().folders().isEmpty()) {
                return Optional.empty();
            }
            at = next.get().folders();
        }
        Optional<Found> found = find(at, name);
        found.ifPresent(it -> opened.addAll(it.folders()));
        return found;
    }

    private static Optional<Found> find(List<Fd> merged, String name) throws ErrnoException {
        List<Fd> folders = new ArrayList<>();
        Optional<Stat> first = Optional.empty();
        try {
            for (Fd layer : merged) {
                Optional<Stat> stat = statOf(layer, name);
                if (stat.isEmpty()) {
                    continue;
                }
                if (!stat.get().isDirectory()) {
                    boolean visible = first.isEmpty() && !isWhiteout(stat.get());
                    return visible
                            ? Optional.of(new Found(stat.get(), List.of(), Optional.of(layer)))
                            : first.map(it -> new Found(it, folders, Optional.empty()));
                }
                first = first.or(() -> stat);
                Fd folder = At.open(layer, name, FOLDER, 0);
                folders.add(folder);
                if (isOpaque(folder)) {
                    break;
                }
            }
            return first.map(it -> new Found(it, folders, Optional.empty()));
        } catch (ErrnoException e) {
            folders.forEach(Fd::close);
            throw e;
        }
    }

    private static Optional<Stat> statOf(Fd folder, String name) throws ErrnoException {
        try {
            return Optional.of(At.stat(folder, name));
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENAMETOOLONG) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static boolean isWhiteout(Stat stat) {
        return stat.isCharDevice()
                && stat.specialDevice().major() == 0
                && stat.specialDevice().minor() == 0;
    }

    private static boolean isOpaque(Fd folder) throws ErrnoException {
        return Xattr.get(folder, "trusted.overlay.opaque")
                .filter(it -> Arrays.equals(it, new byte[] {'y'}))
                .isPresent();
    }

    private static List<String> names(String path) {
        return Arrays.stream(path.split("/", -1))
                .filter(it -> !it.isEmpty() && !it.equals("."))
                .toList();
    }

    @Override
    public void close() {
        roots.forEach(Fd::close);
    }
}
