package io.crij.sandbox.cni;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Attachments on disk, one file each, named by container. One process at a time uses the folder.
final class AttachmentStore {
    private static final System.Logger LOG = System.getLogger(AttachmentStore.class.getName());
    private static final ObjectMapper JSON =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private static final String UNFINISHED = ".new";

    private final Path folder;

    AttachmentStore(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder);
        removeUnfinished();
    }

    /// What a process that was killed had begun to write: nothing has been done for it yet.
    private void removeUnfinished() throws IOException {
        try (var files = Files.newDirectoryStream(folder, "*" + UNFINISHED)) {
            for (var file : files) {
                Files.delete(file);
            }
        }
    }

    void write(CniAttachment attachment) throws IOException {
        Path file = file(attachment.containerId());
        Path temporary = file.resolveSibling(file.getFileName() + UNFINISHED);
        Files.write(temporary, JSON.writeValueAsBytes(attachment));
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    Optional<CniAttachment> read(String containerId) throws IOException {
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(file(containerId)), CniAttachment.class));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    void delete(String containerId) throws IOException {
        Files.deleteIfExists(file(containerId));
    }

    /// All that can be read. One that cannot is set aside with a warning: nobody can undo what it described.
    List<CniAttachment> all() throws IOException {
        var all = new ArrayList<CniAttachment>();
        try (var files = Files.list(folder)) {
            for (var file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
                try {
                    all.add(JSON.readValue(Files.readAllBytes(file), CniAttachment.class));
                } catch (IOException e) {
                    LOG.log(Level.WARNING, "CNI attachment " + file + " is set aside, it cannot be read: " + e);
                    Files.move(file, file.resolveSibling(file.getFileName() + ".corrupt"));
                }
            }
        }
        return all;
    }

    private Path file(String containerId) {
        return folder.resolve(containerId + ".json");
    }
}
