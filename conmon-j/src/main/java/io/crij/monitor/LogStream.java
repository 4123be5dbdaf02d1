package io.crij.monitor;

/// Where a line of a container's log came from.
enum LogStream {
    STDOUT("stdout"),
    STDERR("stderr");

    private final String title;

    LogStream(String title) {
        this.title = title;
    }

    /// As the log file has it.
    String title() {
        return title;
    }
}
