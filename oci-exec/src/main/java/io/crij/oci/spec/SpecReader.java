package io.crij.oci.spec;

import io.crij.oci.json.JsonException;
import io.crij.oci.json.RecordReader;
import io.crij.oci.runtime.OciException.InvalidSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Reads JSON of runtime-spec. Unknown properties are ignored, invalid ones refused with their JSON path, the value and
/// the reason. Whether the values make sense together is [SpecValidator]'s question. Thread-safe.
public final class SpecReader {
    /// Reads the `config.json` in a bundle.
    ///
    /// @throws IOException when the file cannot be read
    public Spec bundle(Path bundle) throws IOException, InvalidSpec {
        return spec(Files.readAllBytes(bundle.resolve("config.json")));
    }

    /// A whole `config.json`; its version must be one that this runtime can run: 1.x.
    public Spec spec(byte[] json) throws InvalidSpec {
        Spec spec = read(Spec.class, json);
        if (!spec.ociVersion().matches("1\\.\\d+\\.\\d+.*")) {
            throw new InvalidSpec("ociVersion", quoted(spec.ociVersion()), "only versions 1.x are supported");
        }
        return spec;
    }

    /// The `process` of an exec.
    public Process process(byte[] json) throws InvalidSpec {
        return read(Process.class, json);
    }

    /// The resources of an update.
    public LinuxResources resources(byte[] json) throws InvalidSpec {
        return read(LinuxResources.class, json);
    }

    private static <T extends Record> T read(Class<T> type, byte[] json) throws InvalidSpec {
        try {
            return RecordReader.read(type, json);
        } catch (JsonException e) {
            throw new InvalidSpec(e.path(), e.value(), e.reason());
        }
    }

    private static String quoted(@Nullable String value) {
        return '"' + value + '"';
    }
}
