package io.crij.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;

/// What this program is called, and its version, which the build writes into it.
public final class Release {
    public static final String NAME = "cri-j";
    private static final String VERSION = read();

    private Release() {}

    /// A semantic version.
    public static String version() {
        return VERSION;
    }

    private static String read() {
        var properties = new Properties();
        try (var file = Release.class.getResourceAsStream("release.properties")) {
            if (file == null) {
                throw new IllegalStateException("release.properties is not beside this class: the build is broken");
            }
            properties.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }
}
