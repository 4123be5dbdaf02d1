package io.crij.sandbox;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;

/// Where a pod stands. `Creating → Ready → NotReady → Removing`; every state may go to `Removing`.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = PodState.Creating.class, name = "Creating"),
    @JsonSubTypes.Type(value = PodState.Ready.class, name = "Ready"),
    @JsonSubTypes.Type(value = PodState.NotReady.class, name = "NotReady"),
    @JsonSubTypes.Type(value = PodState.Removing.class, name = "Removing")
})
public sealed interface PodState {
    /// The intent is on disk, the work is under way. Never listed.
    record Creating() implements PodState {}

    /// @param pausePid of the pause process in the host's pid namespace
    record Ready(int pausePid) implements PodState {}

    /// Stopped, or its pause process is gone.
    ///
    /// @param reason one sentence for people
    record NotReady(Instant since, String reason) implements PodState {}

    /// Its parts are being given back. Still listed, as not ready.
    record Removing() implements PodState {}

    default boolean canTurn(PodState next) {
        return switch (this) {
            case Creating _ -> next instanceof Ready || next instanceof Removing;
            case Ready _ -> next instanceof NotReady || next instanceof Removing;
            case NotReady _ -> next instanceof Removing;
            case Removing _ -> false;
        };
    }

    /// Whether containers may be created and started.
    default boolean takesContainers() {
        return this instanceof Ready;
    }
}
