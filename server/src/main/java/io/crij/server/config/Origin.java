package io.crij.server.config;

/// Where a value of the configuration was written.
///
/// @param source a file's path, or the command line's flag
/// @param line from 1; 0 when there is none
public record Origin(String source, int line) {
    @Override
    public String toString() {
        return line == 0 ? source : source + ":" + line;
    }
}
