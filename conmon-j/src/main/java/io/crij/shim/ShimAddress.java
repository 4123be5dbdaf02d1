package io.crij.shim;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.InvalidProtocolBufferException;
import io.crij.shim.proto.BootstrapResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/// Where a shim serves, and which version of the task service.
///
/// @param socket path of a unix socket
record ShimAddress(int version, String socket) {
    private static final String UNIX = "unix://";
    private static final int OLDEST = 2;
    private static final int NEWEST = 3;
    /// Of a path in `struct sockaddr_un`.
    private static final int LONGEST = 107;

    /// Reads what `start` has printed, in any of its three forms: the address alone (version 2), a JSON object, or the
    /// message `BootstrapResult`. Empty when it is none of them, or an address that cannot be served from here.
    static Optional<ShimAddress> parse(byte[] printed) {
        String text = new String(printed, StandardCharsets.UTF_8).strip();
        if (text.startsWith("{")) {
            return ofJson(text);
        }
        return of(OLDEST, "ttrpc", text).or(() -> ofMessage(printed));
    }

    private static Optional<ShimAddress> ofJson(String text) {
        int version = 0;
        String address = "";
        String protocol = "";
        try (JsonParser in = new JsonFactory().createParser(text)) {
            in.nextToken();
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                in.nextToken();
                switch (name) {
                    case "version" -> version = in.getIntValue();
                    case "address" -> address = in.getText();
                    case "protocol" -> protocol = in.getText();
                    default -> in.skipChildren();
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return of(version, protocol, address);
    }

    private static Optional<ShimAddress> ofMessage(byte[] printed) {
        try {
            BootstrapResult result = BootstrapResult.parseFrom(printed);
            return of(result.getVersion(), result.getProtocol(), result.getAddress());
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }

    private static Optional<ShimAddress> of(int version, String protocol, String address) {
        String path = address.startsWith(UNIX) ? address.substring(UNIX.length()) : address;
        boolean usable = version >= OLDEST
                && version <= NEWEST
                && protocol.toLowerCase(Locale.ROOT).equals("ttrpc")
                && path.startsWith("/")
                && path.length() <= LONGEST
                && path.chars().allMatch(c -> c > ' ' && c < 127);
        return usable ? Optional.of(new ShimAddress(version, path)) : Optional.empty();
    }

    /// Name of the service with its package.
    String taskService() {
        return "containerd.task.v" + version + ".Task";
    }
}
