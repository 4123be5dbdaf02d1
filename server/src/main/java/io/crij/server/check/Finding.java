package io.crij.server.check;

/// One answer of `crij check`.
///
/// @param topic such as "overlayfs"
/// @param fact what was found
/// @param fix what to do about it; empty when nothing need be done
public record Finding(String topic, Verdict verdict, String fact, String fix) {
    /// What a finding means for pods on this node.
    public enum Verdict {
        /// As it should be.
        OK,
        /// Pods run, something is missing for some of them.
        WARN,
        /// Pods do not run.
        FAIL
    }

    static Finding ok(String topic, String fact) {
        return new Finding(topic, Verdict.OK, fact, "");
    }

    static Finding warn(String topic, String fact, String fix) {
        return new Finding(topic, Verdict.WARN, fact, fix);
    }

    static Finding fail(String topic, String fact, String fix) {
        return new Finding(topic, Verdict.FAIL, fact, fix);
    }
}
