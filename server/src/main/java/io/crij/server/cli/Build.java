package io.crij.server.cli;

import io.crij.server.Release;
import picocli.CommandLine.IVersionProvider;

/// The version for `--version`.
final class Build implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"crij " + Release.version()};
    }
}
