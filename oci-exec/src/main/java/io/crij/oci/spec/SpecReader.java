package io.crij.oci.spec;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import io.crij.oci.runtime.OciException.InvalidSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads JSON of runtime-spec. Unknown properties are ignored, invalid ones refused with their JSON path, the value and
/// the reason. Whether the values make sense together is [SpecValidator]'s question. Thread-safe.
public final class SpecReader {
    private static final ObjectReader SPEC = Json.MAPPER.readerFor(Spec.class);
    private static final ObjectReader PROCESS = Json.MAPPER.readerFor(Process.class);
    private static final ObjectReader RESOURCES = Json.MAPPER.readerFor(LinuxResources.class);
    private static final int LONGEST_VALUE = 100;

    /// Reads the `config.json` in a bundle.
    ///
    /// @throws IOException when the file cannot be read
    public Spec bundle(Path bundle) throws IOException, InvalidSpec {
        return spec(Files.readAllBytes(bundle.resolve("config.json")));
    }

    /// A whole `config.json`; its version must be one that this runtime can run: 1.x.
    public Spec spec(byte[] json) throws InvalidSpec {
        Spec spec = read(SPEC, json);
        if (!spec.ociVersion().matches("1\\.\\d+\\.\\d+.*")) {
            throw new InvalidSpec("ociVersion", quoted(spec.ociVersion()), "only versions 1.x are supported");
        }
        return spec;
    }

    /// The `process` of an exec.
    public Process process(byte[] json) throws InvalidSpec {
        return read(PROCESS, json);
    }

    /// The resources of an update.
    public LinuxResources resources(byte[] json) throws InvalidSpec {
        return read(RESOURCES, json);
    }

    private static <T> T read(ObjectReader reader, byte[] json) throws InvalidSpec {
        try {
            T value = reader.readValue(json);
            if (value == null) {
                throw new InvalidSpec("$", "null", "must be an object");
            }
            return value;
        } catch (JsonMappingException e) {
            throw invalid(e, json);
        } catch (JacksonException e) {
            var at = e.getLocation();
            String where = at == null ? "" : "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": ";
            throw new InvalidSpec("$", "JSON", "is not well-formed: " + where + e.getOriginalMessage());
        } catch (IOException e) {
            throw new InvalidSpec("$", "JSON", "cannot be read: " + e.getMessage());
        }
    }

    private static InvalidSpec invalid(JsonMappingException e, byte[] json) {
        return new InvalidSpec(path(e), valueAt(e, json), reason(e));
    }

    /// `mounts[3].type`; `$` for the whole.
    private static String path(JsonMappingException e) {
        var path = new StringBuilder();
        for (var step : e.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return path.isEmpty() ? "$" : path.toString();
    }

    /// The offending part of the JSON, shortened; read again as a tree, because this is the rare way.
    private static String valueAt(JsonMappingException e, byte[] json) {
        try {
            JsonNode node = Json.MAPPER.readTree(json);
            for (var step : e.getPath()) {
                node = step.getFieldName() == null ? node.path(step.getIndex()) : node.path(step.getFieldName());
            }
            String value = node.isMissingNode() ? "absent" : node.toString();
            return value.length() <= LONGEST_VALUE ? value : value.substring(0, LONGEST_VALUE) + "…";
        } catch (IOException _) {
            return "JSON";
        }
    }

    private static String reason(JsonMappingException e) {
        return switch (e) {
            case InvalidFormatException format
            when format.getTargetType().isEnum() ->
                "is not one of "
                        + Arrays.stream(format.getTargetType().getEnumConstants())
                                .map(Object::toString)
                                .collect(Collectors.joining(", "));
            case ValueInstantiationException v
            when v.getCause() != null -> String.valueOf(v.getCause().getMessage());
            default -> e.getOriginalMessage();
        };
    }

    private static String quoted(@Nullable String value) {
        return '"' + value + '"';
    }
}
