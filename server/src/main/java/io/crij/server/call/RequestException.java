package io.crij.server.call;

/// A request that this server will not carry out, whatever the state of its pods.
public abstract sealed class RequestException extends Exception {
    RequestException(String message) {
        super(message);
    }

    /// A field whose value the contract does not allow.
    public static final class Invalid extends RequestException {
        private final String field;

        /// @param field as in the schema, from the request down: `config.metadata.name`
        public Invalid(String field, String problem) {
            super(field + ": " + problem);
            this.field = field;
        }

        public String field() {
            return field;
        }
    }

    /// A field that is valid, but not on this host, with this handler or in this version.
    public static final class Unsupported extends RequestException {
        public Unsupported(String field, String problem) {
            super(field + ": " + problem);
        }
    }

    /// A recursively read-only mount that cannot be made. The kubelet knows it by the prefix of the message.
    public static final class RecursiveReadOnly extends RequestException {
        public RecursiveReadOnly(String problem) {
            super("RROUnsupported: " + problem);
        }
    }

    /// An image that cannot be mounted as a volume. The kubelet knows it by the prefix of the message.
    public static final class ImageVolume extends RequestException {
        public ImageVolume(String problem) {
            super("ImageVolumeMountFailed: " + problem);
        }
    }

    /// Something the request names that is not here.
    public static final class NotFound extends RequestException {
        /// @param what such as `container`
        public NotFound(String what, String id) {
            super(what + " \"" + id + "\" does not exist");
        }
    }

    /// Something that is here but in a state that does not allow the verb.
    public static final class WrongState extends RequestException {
        public WrongState(String message) {
            super(message);
        }
    }
}
