package io.crij.oci.spec;

import io.crij.oci.json.RecordWriter;

/// Writes JSON of runtime-spec; what is absent is not written, so that [SpecReader] reads back the same records.
/// Thread-safe.
public final class SpecWriter {
    public byte[] write(Spec spec) {
        return json(spec);
    }

    public byte[] write(Process process) {
        return json(process);
    }

    public byte[] write(LinuxResources resources) {
        return json(resources);
    }

    private static byte[] json(Record record) {
        return RecordWriter.write(record, Absent::means);
    }
}
