package io.crij.image.layer;

import java.util.ArrayList;
import java.util.List;

/// Where an entry goes, relative to the layer's root: names without `.`, `..` and empty ones.
///
/// @param parent `""` for the root, else `a/b`
/// @param name of the entry in it; `""` for the root itself
record EntryPath(String parent, String name) {
    /// PATH_MAX of the kernel without the final zero byte.
    private static final int LONGEST = 4095;

    private static final int DEEPEST = 255;

    /// @throws UnsafeEntry when the name is absolute, has a `..`, or is longer than the kernel takes
    static EntryPath parse(String entryName) throws UnsafeEntry {
        if (entryName.length() > LONGEST) {
            throw new UnsafeEntry("has a name longer than " + LONGEST + " bytes");
        }
        if (entryName.indexOf('\0') >= 0) {
            throw new UnsafeEntry("has a zero byte in its name");
        }
        List<String> names = names(entryName);
        if (entryName.startsWith("/") && !names.isEmpty()) {
            throw new UnsafeEntry("is an absolute path; entries are relative to the layer's root");
        }
        return of(names);
    }

    /// The target of a hard link: as an entry's name, but a leading `/` means the layer's root.
    static EntryPath ofLinkTarget(String target) throws UnsafeEntry {
        int start = 0;
        while (start < target.length() && target.charAt(start) == '/') {
            start++;
        }
        EntryPath path = parse(target.substring(start));
        if (path.name().isEmpty()) {
            throw new UnsafeEntry("is a hard link to the root folder");
        }
        return path;
    }

    private static EntryPath of(List<String> names) throws UnsafeEntry {
        // each level costs a descriptor when the tree is removed
        if (names.size() > DEEPEST) {
            throw new UnsafeEntry("lies in more than " + DEEPEST + " folders");
        }
        if (names.isEmpty()) {
            return new EntryPath("", "");
        }
        return new EntryPath(String.join("/", names.subList(0, names.size() - 1)), names.getLast());
    }

    private static List<String> names(String text) throws UnsafeEntry {
        List<String> names = new ArrayList<>();
        for (int from = 0; from <= text.length(); ) {
            int slash = text.indexOf('/', from);
            int to = slash < 0 ? text.length() : slash;
            String name = text.substring(from, to);
            if (name.equals("..")) {
                throw new UnsafeEntry("climbs out of the layer with \"..\"");
            }
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
            from = to + 1;
        }
        return names;
    }

    boolean isRoot() {
        return name.isEmpty();
    }

    String full() {
        return parent.isEmpty() ? name : parent + "/" + name;
    }

    EntryPath sibling(String other) {
        return new EntryPath(parent, other);
    }
}
