package io.crij.sandbox;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// The node's ranges of pod addresses. The kubelet tells them once, so they are kept on disk for the next start.
final class PodCidr {
    private static final System.Logger LOG = System.getLogger(PodCidr.class.getName());
    // digits and colons only, so that no name is ever looked up
    private static final Pattern FORM = Pattern.compile("([0-9a-fA-F:.]+)/([0-9]{1,3})");

    private final Path file;
    private volatile List<String> ranges;

    PodCidr(Path data) {
        file = data.resolve("pod-cidr");
        ranges = read();
    }

    /// One for each address family; empty while nobody has told them.
    List<String> ranges() {
        return ranges;
    }

    /// @param text one range, or two separated by a comma
    synchronized void set(String text) throws SandboxException {
        var next = parse(text);
        if (next.equals(ranges)) {
            return;
        }
        Path temporary = file.resolveSibling("pod-cidr.new");
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(temporary, text + "\n");
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new SandboxException.StorageFailed("keep the pod CIDR in", file, e);
        }
        ranges = next;
    }

    private List<String> read() {
        try {
            return parse(Files.readString(file));
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException | SandboxException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The pod CIDR in " + file + " cannot be used until the kubelet tells it again: " + e.getMessage());
            return List.of();
        }
    }

    private static List<String> parse(String text) throws SandboxException.Invalid {
        var ranges = new ArrayList<String>();
        for (var part : text.split(",", -1)) {
            var range = part.strip();
            if (!isRange(range)) {
                throw new SandboxException.Invalid(
                        "runtime_config.network_config.pod_cidr",
                        text,
                        "must be an address range such as 10.85.0.0/16, or two separated by a comma");
            }
            ranges.add(range);
        }
        return List.copyOf(ranges);
    }

    private static boolean isRange(String text) {
        var match = FORM.matcher(text);
        if (!match.matches()) {
            return false;
        }
        try {
            var address = InetAddress.ofLiteral(match.group(1));
            return Integer.parseInt(match.group(2)) <= address.getAddress().length * 8;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
