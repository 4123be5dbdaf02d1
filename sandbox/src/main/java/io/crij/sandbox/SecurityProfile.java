package io.crij.sandbox;

/// Which seccomp or AppArmor profile applies (api.proto SecurityProfile).
public sealed interface SecurityProfile {
    record RuntimeDefault() implements SecurityProfile {}

    record Unconfined() implements SecurityProfile {}

    /// @param reference absolute path of a seccomp profile, or name of a loaded AppArmor profile
    record Localhost(String reference) implements SecurityProfile {}
}
