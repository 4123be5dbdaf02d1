package io.crij.server.cdi;

import io.crij.sandbox.SandboxException;
import java.util.regex.Pattern;

/// A device by its whole name, `vendor/class=name`.
///
/// @param kind `vendor/class`
public record CdiName(String kind, String device) {
    private static final String WORD = "[A-Za-z](?:[A-Za-z0-9_-]*[A-Za-z0-9])?";
    private static final String VENDOR = "[A-Za-z](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?";
    private static final Pattern KIND = Pattern.compile(VENDOR + "/" + WORD);
    private static final Pattern DEVICE = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9_.:-]*[A-Za-z0-9])?");

    /// @param field of the request, for the message
    public static CdiName parse(String field, String text) throws SandboxException.Invalid {
        int equals = text.indexOf('=');
        var kind = equals < 0 ? "" : text.substring(0, equals);
        var device = text.substring(equals + 1);
        if (!isKind(kind) || !isDevice(device)) {
            throw new SandboxException.Invalid(field, text, "is not the name of a CDI device, vendor/class=name");
        }
        return new CdiName(kind, device);
    }

    static boolean isKind(String text) {
        return KIND.matcher(text).matches();
    }

    static boolean isDevice(String text) {
        return DEVICE.matcher(text).matches();
    }

    @Override
    public String toString() {
        return kind + "=" + device;
    }
}
