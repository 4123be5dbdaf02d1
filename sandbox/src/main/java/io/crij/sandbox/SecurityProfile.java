package io.crij.sandbox;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/// Which seccomp or AppArmor profile applies (api.proto SecurityProfile).
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = SecurityProfile.RuntimeDefault.class, name = "RuntimeDefault"),
    @JsonSubTypes.Type(value = SecurityProfile.Unconfined.class, name = "Unconfined"),
    @JsonSubTypes.Type(value = SecurityProfile.Localhost.class, name = "Localhost")
})
public sealed interface SecurityProfile {
    record RuntimeDefault() implements SecurityProfile {}

    record Unconfined() implements SecurityProfile {}

    /// @param reference absolute path of a seccomp profile, or name of a loaded AppArmor profile
    record Localhost(String reference) implements SecurityProfile {}
}
