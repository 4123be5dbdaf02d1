package io.crij.server.spec;

import io.crij.cri.v1.SecurityProfile;
import io.crij.oci.seccomp.DefaultProfile;
import io.crij.oci.spec.Seccomp;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/// The system call filter. None for privileged containers, whatever the request says, as the peers have it.
final class SeccompPart implements Part {
    private static final String LOCALHOST = "localhost/";

    private final DefaultProfile builtIn = new DefaultProfile();

    @Override
    public Spec add(Wanted wanted, Spec spec) throws SandboxException {
        if (wanted.privileged()) {
            return spec;
        }
        var filter = filter(wanted, capabilities(spec));
        return filter.isEmpty() ? spec : spec.with(s -> s.linux = s.linux.with(l -> l.seccomp = filter.get()));
    }

    private Optional<Seccomp> filter(Wanted wanted, Set<String> capabilities) throws SandboxException {
        var profile = profile(wanted);
        return switch (profile.getProfileType()) {
            case Unconfined -> Optional.empty();
            case RuntimeDefault -> Optional.of(runtimeDefault(wanted, capabilities));
            case Localhost -> Optional.of(localhost(profile.getLocalhostRef(), capabilities));
            case UNRECOGNIZED ->
                throw invalid("profile_type", "" + profile.getProfileTypeValue(), "unknown kind of profile");
        };
    }

    private Seccomp runtimeDefault(Wanted wanted, Set<String> capabilities) throws SandboxException {
        var ofHandler = wanted.handler().seccompProfile();
        var configured =
                ofHandler.toString().isEmpty() ? wanted.settings().containers().seccompProfile() : ofHandler;
        return configured.toString().isEmpty()
                ? builtIn.forCapabilities(capabilities)
                : SeccompFiles.read(configured, capabilities);
    }

    private static Seccomp localhost(String reference, Set<String> capabilities) throws SandboxException {
        if (reference.isEmpty() || !Path.of(reference).isAbsolute()) {
            throw invalid("localhost_ref", reference, "must be the absolute path of a seccomp profile on this node");
        }
        return SeccompFiles.read(Path.of(reference), capabilities);
    }

    /// The field, or what the deprecated string says; nothing at all is unconfined.
    private static SecurityProfile profile(Wanted wanted) throws SandboxException {
        var security = wanted.security();
        if (security.hasSeccomp()) {
            return security.getSeccomp();
        }
        @SuppressWarnings("deprecation")
        var path = security.getSeccompProfilePath();
        return switch (path) {
            case "", "unconfined" -> of(SecurityProfile.ProfileType.Unconfined, "");
            case "runtime/default", "docker/default" -> of(SecurityProfile.ProfileType.RuntimeDefault, "");
            default -> {
                if (!path.startsWith(LOCALHOST)) {
                    throw new SandboxException.Invalid(
                            "config.linux.security_context.seccomp_profile_path",
                            path,
                            "must be unconfined, runtime/default or localhost/ and a path");
                }
                yield of(SecurityProfile.ProfileType.Localhost, path.substring(LOCALHOST.length()));
            }
        };
    }

    private static SecurityProfile of(SecurityProfile.ProfileType type, String reference) {
        return SecurityProfile.newBuilder()
                .setProfileType(type)
                .setLocalhostRef(reference)
                .build();
    }

    private static Set<String> capabilities(Spec spec) {
        var sets = Processes.of(spec.process()).capabilities();
        return sets == null ? Set.of() : Set.copyOf(sets.bounding());
    }

    private static SandboxException invalid(String field, String value, String reason) {
        return new SandboxException.Invalid("config.linux.security_context.seccomp." + field, value, reason);
    }
}
