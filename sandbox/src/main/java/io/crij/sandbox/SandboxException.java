package io.crij.sandbox;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Why a pod or container did not do what it was asked. The message says what was tried, on what, why it failed and
/// what to do.
public abstract sealed class SandboxException extends Exception {
    SandboxException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /// No pod or container of that id.
    public static final class NotFound extends SandboxException {
        private final String id;

        public NotFound(String what, String id) {
            super("there is no " + what + " \"" + id + "\"; it was removed, or never existed on this node", null);
            this.id = id;
        }

        public String id() {
            return id;
        }
    }

    /// The name belongs to a pod or container that was made from another request.
    public static final class NameInUse extends SandboxException {
        private final String name;
        private final String id;

        public NameInUse(String what, String name, String id) {
            super(
                    "the name " + name + " is in use by " + what + " " + id
                            + ", which was made from another request; remove it first, or raise the attempt number",
                    null);
            this.name = name;
            this.id = id;
        }

        public String name() {
            return name;
        }

        public String id() {
            return id;
        }
    }

    /// The pod or container is not in a state that allows this.
    public static final class WrongState extends SandboxException {
        public WrongState(String message) {
            super(message, null);
        }
    }

    /// The request itself is wrong.
    public static final class Invalid extends SandboxException {
        private final String field;

        /// @param field path of the request's field, such as `linux.sysctls[kernel.shmmax]`
        public Invalid(String field, String value, String reason) {
            super(field + ": " + (value.isEmpty() ? "" : "\"" + value + "\": ") + reason, null);
            this.field = field;
        }

        public String field() {
            return field;
        }
    }

    /// The RuntimeClass names a handler that the configuration does not have.
    public static final class HandlerUnknown extends SandboxException {
        private final String handler;

        public HandlerUnknown(String handler, Collection<String> known) {
            super(
                    "runtime handler \"" + handler + "\" is not configured on this node; known handlers are "
                            + String.join(", ", new TreeSet<>(known))
                            + "; add it to the runtimes of the configuration or correct the RuntimeClass",
                    null);
            this.handler = handler;
        }

        public String handler() {
            return handler;
        }
    }

    /// This host or handler lacks what the request asks for.
    public static final class Unsupported extends SandboxException {
        public Unsupported(String message) {
            super(message, null);
        }
    }

    /// An image cannot be mounted as the request wants it. The kubelet tells this from other failures.
    public static final class ImageVolumeFailed extends SandboxException {
        public ImageVolumeFailed(String message) {
            this(message, null);
        }

        public ImageVolumeFailed(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /// A volume cannot be made read-only with all that is mounted below it. The kubelet tells this from other failures.
    public static final class RecursiveReadOnlyUnsupported extends SandboxException {
        public RecursiveReadOnlyUnsupported(String message) {
            super(message, null);
        }
    }

    /// Something that takes part in the node's work, such as an NRI plugin, would not have it.
    public static final class Refused extends SandboxException {
        public Refused(String message) {
            super(message, null);
        }
    }

    /// The pod's network could not be set up.
    public static final class NetworkFailed extends SandboxException {
        public NetworkFailed(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /// The program to run is not in the container.
    public static final class CommandNotFound extends SandboxException {
        public CommandNotFound(String message) {
            super(message, null);
        }
    }

    /// The program to run may not be executed.
    public static final class CommandNotExecutable extends SandboxException {
        public CommandNotExecutable(String message) {
            super(message, null);
        }
    }

    /// A step of making or changing a process failed in the kernel, the runtime or the monitor.
    public static final class RuntimeFailed extends SandboxException {
        private final int errno;

        /// @param errno zero when there is none
        public RuntimeFailed(String message, int errno, @Nullable Throwable cause) {
            super(message, cause);
            this.errno = errno;
        }

        public int errno() {
            return errno;
        }
    }

    /// The monitor does not answer; containers run on.
    public static final class MonitorUnavailable extends SandboxException {
        public MonitorUnavailable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /// A file or folder of ours could not be read or written.
    public static final class StorageFailed extends SandboxException {
        private final Path path;

        public StorageFailed(String tried, Path path, Throwable cause) {
            super("tried to " + tried + " " + path + " but " + cause.getMessage(), cause);
            this.path = path;
        }

        public Path path() {
            return path;
        }
    }

    /// Not done within its time; it is undone or goes on in the background, as the message says.
    public static final class TimedOut extends SandboxException {
        private final Duration after;

        public TimedOut(String message, Duration after) {
            super(message, null);
            this.after = after;
        }

        public Duration after() {
            return after;
        }
    }

    /// Given up because the caller went away; what was made is undone.
    public static final class Cancelled extends SandboxException {
        public Cancelled(String message) {
            super(message, null);
        }
    }
}
