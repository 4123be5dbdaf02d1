package io.crij.oci.runtime;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/// Messages for whoever runs this process. The logger is looked for only when there is something to say: that takes a
/// command longer than its work.
final class Log {
    private Log() {}

    private static Logger logger() {
        return System.getLogger("io.crij.oci.runtime");
    }

    static void warning(String message) {
        logger().log(Level.WARNING, message);
    }

    static void warning(String message, Throwable cause) {
        logger().log(Level.WARNING, message, cause);
    }

    static void debug(String message, Throwable cause) {
        logger().log(Level.DEBUG, message, cause);
    }
}
