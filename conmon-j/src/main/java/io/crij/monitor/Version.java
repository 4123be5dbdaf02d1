package io.crij.monitor;

/// Version of this program.
final class Version {
    static final String TEXT = read();

    private Version() {}

    /// From the jar's manifest; a run from class files has none.
    private static String read() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
