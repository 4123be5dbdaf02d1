package io.crij.sandbox;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Where a container stands. `Creating → Created → Running → Exited`; a failed start and a stop before the start go
/// from `Created` to `Exited`, lost facts to `Unknown`.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ContainerStatus.Creating.class, name = "Creating"),
    @JsonSubTypes.Type(value = ContainerStatus.Created.class, name = "Created"),
    @JsonSubTypes.Type(value = ContainerStatus.Running.class, name = "Running"),
    @JsonSubTypes.Type(value = ContainerStatus.Exited.class, name = "Exited"),
    @JsonSubTypes.Type(value = ContainerStatus.Unknown.class, name = "Unknown")
})
public sealed interface ContainerStatus {
    /// The intent is on disk, the work is under way. Never listed.
    record Creating() implements ContainerStatus {}

    record Created(int pid) implements ContainerStatus {}

    record Running(Instant startedAt, int pid) implements ContainerStatus {}

    /// @param startedAt absent when it never ran
    /// @param code the exit code, 128 + signal, 128 when the start failed, 255 when nobody saw it end
    /// @param reason `Completed`, `Error`, `OOMKilled`, `StartError` or `Unknown`
    /// @param message for people; may be empty
    record Exited(@Nullable Instant startedAt, Instant finishedAt, int code, String reason, String message)
            implements ContainerStatus {}

    /// The monitor could not say what became of it. Only stop and remove are allowed.
    record Unknown(@Nullable Instant startedAt, String message) implements ContainerStatus {}

    default boolean canTurn(ContainerStatus next) {
        return switch (this) {
            case Creating _ -> next instanceof Created;
            case Created _ -> next instanceof Running || next instanceof Exited || next instanceof Unknown;
            case Running _ -> next instanceof Exited || next instanceof Unknown;
            case Unknown _ -> next instanceof Exited || next instanceof Running;
            case Exited _ -> false;
        };
    }

    default boolean canStart() {
        return this instanceof Created;
    }

    default boolean running() {
        return this instanceof Running;
    }

    default boolean ended() {
        return this instanceof Exited;
    }
}
