package io.crij.oci.runtime;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/// A container's state as JSON: what hooks get on standard input, and what `state` prints.
public final class StateJson {
    private static final JsonFactory JSON = new JsonFactory();

    private StateJson() {}

    /// Runtime-spec "State": ociVersion, id, status, pid, bundle, annotations.
    public static byte[] forHook(ContainerState state) {
        return write(state, Form.HOOK, "");
    }

    /// The same with what runc adds: `rootfs`, `created` (RFC 3339) and `owner`.
    public static byte[] forCommand(ContainerState state) {
        return write(state, Form.COMMAND, "");
    }

    /// The same on one line.
    ///
    /// @param owner name of the user whose container it is
    public static byte[] forList(ContainerState state, String owner) {
        return write(state, Form.LIST, owner);
    }

    private enum Form {
        HOOK,
        COMMAND,
        LIST
    }

    /// Runtime-spec "Container Process State", of a process whose filter asks an agent.
    ///
    /// @param pid of the process; the state has that of the container's first one
    static byte[] forAgent(ContainerState state, int pid, String metadata) {
        var bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("ociVersion", state.ociVersion());
            json.writeArrayFieldStart("fds");
            json.writeString("seccompFd");
            json.writeEndArray();
            json.writeNumberField("pid", pid);
            if (!metadata.isEmpty()) {
                json.writeStringField("metadata", metadata);
            }
            json.writeFieldName("state");
            json.writeRawValue(new String(forHook(state), StandardCharsets.UTF_8));
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // never: the bytes stay in memory
        }
        return bytes.toByteArray();
    }

    private static byte[] write(ContainerState state, Form form, String owner) {
        boolean full = form != Form.HOOK;
        var bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            if (form == Form.COMMAND) {
                json.useDefaultPrettyPrinter();
            }
            json.writeStartObject();
            json.writeStringField("ociVersion", state.ociVersion());
            json.writeStringField("id", state.id());
            json.writeNumberField("pid", state.status() == ContainerState.Status.STOPPED ? 0 : state.pid());
            json.writeStringField("status", state.status().name().toLowerCase(Locale.ROOT));
            json.writeStringField("bundle", state.bundle().toString());
            if (full) {
                json.writeStringField("rootfs", state.rootfs());
                json.writeStringField("created", DateTimeFormatter.ISO_INSTANT.format(state.created()));
            }
            if (full || !state.annotations().isEmpty()) {
                json.writeObjectFieldStart("annotations");
                for (Map.Entry<String, String> annotation : state.annotations().entrySet()) {
                    json.writeStringField(annotation.getKey(), annotation.getValue());
                }
                json.writeEndObject();
            }
            if (full) {
                json.writeStringField("owner", owner);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // never: the bytes stay in memory
        }
        return bytes.toByteArray();
    }
}
