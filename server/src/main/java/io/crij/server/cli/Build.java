package io.crij.server.cli;

/// What the build wrote into the jar.
final class Build {
    private Build() {}

    /// As `0.1.0`; "unpackaged" when run from class folders.
    static String version() {
        var version = Build.class.getPackage().getImplementationVersion();
        return version == null ? "unpackaged" : version;
    }
}
