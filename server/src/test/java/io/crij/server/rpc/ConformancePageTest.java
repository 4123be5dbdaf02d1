package io.crij.server.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.crij.cri.v1.CriProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// docs/conformance.md says of every call whether it is here.
class ConformancePageTest {
    private static final Pattern ROW = Pattern.compile("\\| ([A-Z][A-Za-z]+) \\| (here|not yet) \\|.*");

    @Test
    void tablesSayWhatTheEndpointsServe() throws IOException {
        var served = new TreeMap<String, String>();
        calls("RuntimeService", RuntimeEndpoint.class, served);
        calls("ImageService", ImageEndpoint.class, served);

        assertEquals(served, page(), "a call came or went: change its line in docs/conformance.md");
    }

    private static void calls(String service, Class<?> endpoint, Map<String, String> into) {
        ServiceDescriptor descriptor = CriProto.getDescriptor().findServiceByName(service);
        for (var call : descriptor.getMethods()) {
            var name = Character.toLowerCase(call.getName().charAt(0))
                    + call.getName().substring(1);
            var here = Arrays.stream(endpoint.getDeclaredMethods())
                    .anyMatch(m -> m.getName().equals(name));
            into.put(call.getName(), here ? "here" : "not yet");
        }
    }

    private static Map<String, String> page() throws IOException {
        var rows = new TreeMap<String, String>();
        for (var line : Files.readAllLines(Path.of("..", "docs", "conformance.md"))) {
            var row = ROW.matcher(line);
            if (row.matches()) {
                rows.put(row.group(1), row.group(2));
            }
        }
        return rows;
    }
}
