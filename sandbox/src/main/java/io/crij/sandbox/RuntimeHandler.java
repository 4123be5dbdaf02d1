package io.crij.sandbox;

import java.nio.file.Path;

/// A RuntimeClass handler of this node.
///
/// @param name as RuntimeClass names it
public record RuntimeHandler(String name, Kind kind) {
    public sealed interface Kind {}

    /// The executor inside `conmon-j`.
    public record BuiltIn() implements Kind {}

    /// A runtime with runc's command line.
    public record Command(Path program) implements Kind {}

    /// A containerd-style shim, such as kata's.
    public record ShimV2(Path program) implements Kind {}

    /// The name the monitor knows it by; the built-in executor has the empty one, whatever it is called here.
    String monitorName() {
        return kind instanceof BuiltIn ? "" : name;
    }
}
