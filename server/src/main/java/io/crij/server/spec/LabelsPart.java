package io.crij.server.spec;

import io.crij.cri.v1.SELinuxOption;
import io.crij.cri.v1.SecurityProfile;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// AppArmor profile and SELinux label, where the kernel enforces them.
final class LabelsPart implements Part {
    private static final Path PROFILES = Path.of("/sys/kernel/security/apparmor/profiles");
    private static final String DEFAULT_PROFILE = "crij-default";
    private static final String LOCALHOST = "localhost/";

    @Override
    public Spec add(Wanted wanted, Spec spec) throws SandboxException {
        var profile = appArmor(wanted);
        var label = selinux(wanted);
        return spec.with(s -> s.process = Processes.of(s.process).with(p -> {
            p.apparmorProfile = profile.orElse(null);
            p.selinuxLabel = label.orElse(null);
        }));
    }

    private static Optional<String> appArmor(Wanted wanted) throws SandboxException {
        var wish = profile(wanted);
        return switch (wish.getProfileType()) {
            case Unconfined -> wanted.host().appArmor() ? Optional.of("unconfined") : Optional.empty();
            case RuntimeDefault ->
                wanted.host().appArmor() && !wanted.privileged() && loaded(DEFAULT_PROFILE)
                        ? Optional.of(DEFAULT_PROFILE)
                        : Optional.empty();
            case Localhost -> Optional.of(localhost(wanted, wish.getLocalhostRef()));
            case UNRECOGNIZED ->
                throw new SandboxException.Invalid(
                        "config.linux.security_context.apparmor.profile_type",
                        "" + wish.getProfileTypeValue(),
                        "unknown kind of profile");
        };
    }

    private static String localhost(Wanted wanted, String reference) throws SandboxException {
        if (reference.isEmpty()) {
            throw new SandboxException.Invalid(
                    "config.linux.security_context.apparmor.localhost_ref", "", "a localhost profile needs a name");
        }
        if (!wanted.host().appArmor()) {
            throw new SandboxException.Unsupported("the container asks for the AppArmor profile \"" + reference
                    + "\" but AppArmor is not enabled on this node; enable it or remove the profile from the pod");
        }
        if (!loaded(reference)) {
            throw new SandboxException.Unsupported("the AppArmor profile \"" + reference
                    + "\" is not loaded on this node; load it with apparmor_parser or remove it from the pod");
        }
        return reference;
    }

    private static boolean loaded(String profile) {
        try (var lines = Files.lines(PROFILES)) {
            return lines.anyMatch(line -> line.startsWith(profile + " ("));
        } catch (IOException e) {
            return false;
        }
    }

    /// The field, or what the deprecated string says; nothing at all is the runtime's default.
    private static SecurityProfile profile(Wanted wanted) {
        var security = wanted.security();
        if (security.hasApparmor()) {
            return security.getApparmor();
        }
        @SuppressWarnings("deprecation")
        var name = security.getApparmorProfile();
        var profile = SecurityProfile.newBuilder();
        return switch (name) {
            case "", "runtime/default" -> profile.build();
            case "unconfined" ->
                profile.setProfileType(SecurityProfile.ProfileType.Unconfined).build();
            default ->
                profile.setProfileType(SecurityProfile.ProfileType.Localhost)
                        .setLocalhostRef(name.startsWith(LOCALHOST) ? name.substring(LOCALHOST.length()) : name)
                        .build();
        };
    }

    private static Optional<String> selinux(Wanted wanted) {
        if (!wanted.host().selinux() || !wanted.security().hasSelinuxOptions()) {
            return Optional.empty();
        }
        var options = wanted.security().getSelinuxOptions();
        return Optional.of(label(options));
    }

    private static String label(SELinuxOption options) {
        return or(options.getUser(), "system_u")
                + ":" + or(options.getRole(), "system_r")
                + ":" + or(options.getType(), "container_t")
                + ":" + or(options.getLevel(), "s0");
    }

    private static String or(String part, String usual) {
        return part.isEmpty() ? usual : part;
    }
}
