package io.crij.server.cli;

import picocli.CommandLine.IVersionProvider;

/// What the build wrote into the jar.
final class Build implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"crij " + version()};
    }

    /// As `0.1.0`; "unpackaged" when run from class folders.
    static String version() {
        var version = Build.class.getPackage().getImplementationVersion();
        return version == null ? "unpackaged" : version;
    }
}
