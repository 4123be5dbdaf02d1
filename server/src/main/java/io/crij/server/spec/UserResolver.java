package io.crij.server.spec;

import io.crij.cri.v1.LinuxContainerSecurityContext;
import io.crij.cri.v1.SupplementalGroupsPolicy;
import io.crij.image.ImageUsers;
import io.crij.sandbox.SandboxException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/// Works out who a container's process is: the request's user and groups, else the image's, looked up in the image's
/// own
/// passwd and group files.
public final class UserResolver {
    private static final long LARGEST_ID = 0xFFFF_FFFEL; // (uid_t) -1 means "unchanged" to the kernel

    private final ImageUsers users;
    private final String imageUser;

    /// @param imageUser `user[:group]` of the image's configuration; empty is root
    public UserResolver(ImageUsers users, String imageUser) {
        this.users = users;
        this.imageUser = imageUser;
    }

    public ProcessUser resolve(LinuxContainerSecurityContext security) throws SandboxException {
        var user = user(security);
        long gid = security.hasRunAsGroup()
                ? id("run_as_group", security.getRunAsGroup().getValue())
                : user.gid();
        var requested = new LinkedHashSet<Long>();
        // without it a set-gid program would drop the primary group and with it what is denied to it (CVE-2022-2989)
        requested.add(gid);
        for (long extra : security.getSupplementalGroupsList()) {
            requested.add(id("supplemental_groups", extra));
        }
        switch (security.getSupplementalGroupsPolicy()) {
            case Merge -> requested.addAll(user.groups());
            case Strict -> {}
            case UNRECOGNIZED ->
                throw invalid(
                        "supplemental_groups_policy",
                        "" + security.getSupplementalGroupsPolicyValue(),
                        "unknown policy; known are " + SupplementalGroupsPolicy.Merge + " and "
                                + SupplementalGroupsPolicy.Strict);
        }
        return new ProcessUser(user.uid(), gid, List.copyOf(requested), user.home(), user.known());
    }

    private record Found(long uid, long gid, List<Long> groups, String home, boolean known) {}

    private Found user(LinuxContainerSecurityContext security) throws SandboxException {
        boolean named = !security.getRunAsUsername().isEmpty();
        if (named && security.hasRunAsUser()) {
            throw invalid("run_as_username", security.getRunAsUsername(), "not together with run_as_user");
        }
        if (!named && !security.hasRunAsUser() && security.hasRunAsGroup()) {
            throw invalid(
                    "run_as_group",
                    "" + security.getRunAsGroup().getValue(),
                    "a group needs run_as_user or run_as_username beside it");
        }
        if (named) {
            return fromText("run_as_username", security.getRunAsUsername());
        }
        return security.hasRunAsUser()
                ? byUid(id("run_as_user", security.getRunAsUser().getValue()))
                : fromText("user of the image", imageUser.isEmpty() ? "0" : imageUser);
    }

    private Found fromText(String field, String text) throws SandboxException {
        int colon = text.indexOf(':');
        var name = colon < 0 ? text : text.substring(0, colon);
        var found = name.isEmpty() ? byUid(0) : byNameOrUid(field, name);
        return colon < 0 ? found : withGroup(field, found, text.substring(colon + 1));
    }

    private Found byNameOrUid(String field, String name) throws SandboxException {
        var entry = users.user(name);
        if (entry.isPresent()) {
            return found(entry.get());
        }
        var number = number(name);
        if (number.isEmpty()) {
            throw invalid(field, name, "the image's /etc/passwd has no such user; use its number, or another image");
        }
        return byUid(id(field, number.get()));
    }

    private Found byUid(long uid) {
        return users.user(uid).map(this::found).orElse(new Found(uid, 0, List.of(), "", false));
    }

    private Found found(ImageUsers.User user) {
        return new Found(user.uid(), user.gid(), users.supplementaryGroups(user.name()), user.home(), true);
    }

    private Found withGroup(String field, Found found, String group) throws SandboxException {
        Optional<Long> gid = users.group(group).map(ImageUsers.Group::gid).or(() -> number(group));
        if (gid.isEmpty()) {
            throw invalid(field, group, "the image's /etc/group has no such group; use its number, or another image");
        }
        // an explicit group leaves out those that the user would get at a login
        return new Found(found.uid(), id(field, gid.get()), List.of(), found.home(), found.known());
    }

    private static Optional<Long> number(String text) {
        try {
            return Optional.of(Long.parseLong(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static long id(String field, long id) throws SandboxException {
        if (id < 0 || id > LARGEST_ID) {
            throw invalid(field, "" + id, "must be from 0 to " + LARGEST_ID);
        }
        return id;
    }

    private static SandboxException invalid(String field, String value, String reason) {
        var path = field.indexOf(' ') < 0 ? "config.linux.security_context." + field : field;
        return new SandboxException.Invalid(path, value, reason);
    }
}
