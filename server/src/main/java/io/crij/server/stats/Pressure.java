package io.crij.server.stats;

/// Pressure stall information of a resource (Documentation/accounting/psi.rst).
///
/// @param some at least one task waited
/// @param full all tasks waited
record Pressure(Line some, Line full) {
    /// @param avg10 per cent of the last ten seconds
    /// @param totalMicros since the cgroup was made
    record Line(double avg10, double avg60, double avg300, long totalMicros) {
        static final Line NONE = new Line(0, 0, 0, 0);
    }
}
