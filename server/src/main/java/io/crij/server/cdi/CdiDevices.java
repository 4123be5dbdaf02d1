package io.crij.server.cdi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.crij.sandbox.SandboxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The devices that the specifications of some folders describe: `*.json` and `*.yaml`, read anew at every use, since a
/// vendor's tool may write them at any time. A later folder wins over an earlier one; two files of one folder that
/// describe the same device make it unusable, as nobody could say which one counts. A file that cannot be read takes no
/// other file's devices away.
public final class CdiDevices {
    private static final long LARGEST_FILE = 8 << 20;
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Map<String, Known> devices = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();
    private final List<Path> folders;

    /// @param folder index of the folder, higher ones win
    private record Known(CdiSpec spec, CdiSpec.Device device, int folder, List<Path> files) {}

    private CdiDevices(List<Path> folders) {
        this.folders = folders;
    }

    public static CdiDevices read(List<Path> folders) {
        var devices = new CdiDevices(folders);
        for (int i = 0; i < folders.size(); i++) {
            devices.readFolder(folders.get(i), i);
        }
        return devices;
    }

    /// What a container gets with these devices: what each specification gives to all of its devices first.
    public CdiEdits edits(LinkedHashSet<CdiName> names) throws SandboxException {
        var specs = new LinkedHashSet<CdiSpec>();
        var edits = new ArrayList<CdiSpec.Edits>();
        for (var name : names) {
            var known = find(name);
            if (specs.add(known.spec()) && known.spec().containerEdits() != null) {
                edits.add(known.spec().containerEdits());
            }
            if (known.device().containerEdits() != null) {
                edits.add(known.device().containerEdits());
            }
        }
        return new CdiEdits(edits);
    }

    private Known find(CdiName name) throws SandboxException {
        var known = devices.get(name.toString());
        if (known == null) {
            throw new SandboxException.Unsupported(
                    "there is no CDI device " + name + " on this node: it is in no file of "
                            + text(folders) + (devices.isEmpty() ? ", which describe none" : ", which have " + some())
                            + (problems.isEmpty() ? "" : "; unusable are " + String.join("; ", problems)));
        }
        if (known.files().size() > 1) {
            throw new SandboxException.Unsupported("the CDI device " + name
                    + " is described by several files of one folder, " + text(known.files()) + "; remove all but one");
        }
        return known;
    }

    private String some() {
        int shown = 10;
        var names = devices.keySet().stream().limit(shown).toList();
        return String.join(", ", names) + (devices.size() > shown ? " and " + (devices.size() - shown) + " more" : "");
    }

    private static String text(List<Path> paths) {
        return String.join(", ", paths.stream().map(Path::toString).toList());
    }

    private void readFolder(Path folder, int index) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (var files = Files.list(folder)) {
            files.filter(CdiDevices::isSpec).sorted().forEach(file -> readFile(file, index));
        } catch (IOException e) {
            problems.add(folder + ": " + e);
        }
    }

    private static boolean isSpec(Path file) {
        var name = String.valueOf(file.getFileName());
        return name.endsWith(".json") || name.endsWith(".yaml") || name.endsWith(".yml");
    }

    private void readFile(Path file, int folder) {
        try {
            if (Files.size(file) > LARGEST_FILE) {
                problems.add(file + ": is larger than " + LARGEST_FILE + " bytes");
                return;
            }
            add(MAPPER.treeToValue(tree(file), CdiSpec.class), file, folder);
        } catch (JsonProcessingException e) {
            problems.add(file + ": " + e.getOriginalMessage());
        } catch (IOException | YamlException e) {
            problems.add(file + ": " + e.getMessage());
        }
    }

    private static JsonNode tree(Path file) throws IOException, YamlException {
        var text = Files.readString(file);
        return file.toString().endsWith(".json") ? MAPPER.readTree(text) : Yaml.read(text);
    }

    private void add(@org.jspecify.annotations.Nullable CdiSpec spec, Path file, int folder) {
        if (spec == null || spec.kind() == null || !CdiName.isKind(spec.kind())) {
            problems.add(file + ": has no kind of the form vendor/class");
            return;
        }
        if (spec.cdiVersion() == null || !spec.cdiVersion().matches("v?[01]\\.\\d+\\.\\d+")) {
            problems.add(file + ": cdiVersion " + spec.cdiVersion() + " is not known here, versions 0 and 1 are");
            return;
        }
        for (var device : spec.devices() == null ? List.<CdiSpec.Device>of() : spec.devices()) {
            if (device.name() == null || !CdiName.isDevice(device.name())) {
                problems.add(file + ": has a device with the name " + device.name());
                continue;
            }
            devices.merge(
                    new CdiName(spec.kind(), device.name()).toString(),
                    new Known(spec, device, folder, List.of(file)),
                    (old, next) -> old.folder() == next.folder()
                            ? new Known(spec, device, folder, append(old.files(), file))
                            : next);
        }
    }

    private static List<Path> append(List<Path> files, Path file) {
        var all = new ArrayList<>(files);
        all.add(file);
        return List.copyOf(all);
    }
}
