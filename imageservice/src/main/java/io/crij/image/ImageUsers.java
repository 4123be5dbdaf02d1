package io.crij.image;

import java.util.List;
import java.util.Optional;

/// The `etc/passwd` and `etc/group` of a root file system, read over its layers without ever following a path of
/// the
/// host. A missing
/// file has no entries; lines that are no entries are skipped (passwd(5), group(5)).
///
/// @param users in the file's order
/// @param groups in the file's order
public record ImageUsers(List<User> users, List<Group> groups) {
    /// @param home as the file has it, possibly empty
    public record User(String name, long uid, long gid, String home, String shell) {}

    /// @param members names of users
    public record Group(String name, long gid, List<String> members) {}

    public Optional<User> user(String name) {
        return users.stream().filter(it -> it.name().equals(name)).findFirst();
    }

    public Optional<User> user(long uid) {
        return users.stream().filter(it -> it.uid() == uid).findFirst();
    }

    public Optional<Group> group(String name) {
        return groups.stream().filter(it -> it.name().equals(name)).findFirst();
    }

    /// Gids of the groups that list the user as a member, in the file's order: what a login would add.
    public List<Long> supplementaryGroups(String userName) {
        return groups.stream()
                .filter(it -> it.members().contains(userName))
                .map(Group::gid)
                .distinct()
                .toList();
    }
}
