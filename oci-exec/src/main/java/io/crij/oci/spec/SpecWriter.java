package io.crij.oci.spec;

import com.fasterxml.jackson.core.JsonProcessingException;

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

    private static byte[] json(Object record) {
        try {
            return Json.MAPPER.writeValueAsBytes(record);
        } catch (JsonProcessingException e) {
            throw new AssertionError("records of the specification can always be written", e);
        }
    }
}
