package io.crij.sandbox.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Attaches containers to the node's pod network through CNI plugins (specification 0.3 to 1.1). Thread-safe; calls on
/// one container must not overlap.
public final class CniNetworks implements AutoCloseable {
    private final CniConfigs configs;
    private final CniPlugins plugins;
    private final AttachmentStore attachments;
    private volatile @Nullable Found found;

    /// A network whose plugins were all there.
    ///
    /// @param at monotonic time
    private record Found(CniNetwork network, long at) {}

    /// @param configurations folder of configuration files; made when missing
    /// @param defaultNetwork name of the network, empty for the first by file name
    /// @param pluginFolders searched in order
    /// @param state folder for attachments, must survive a reboot
    /// @param timeout of one plugin run
    public CniNetworks(
            Path configurations, String defaultNetwork, List<Path> pluginFolders, Path state, Duration timeout)
            throws IOException {
        configs = new CniConfigs(configurations, defaultNetwork);
        plugins = new CniPlugins(pluginFolders, timeout);
        attachments = new AttachmentStore(state);
    }

    /// Whether pods could be attached now: a network is configured, its plugins are there and (specification 1.1) say
    /// that they are ready.
    public void status() throws CniException, InterruptedException {
        var network = usable();
        if (network.speaks(CniVersion.V1_1)) {
            for (var plugin : network.plugins()) {
                plugins.run("STATUS", network, plugin, JsonNodeFactory.instance.objectNode());
            }
        }
    }

    /// For people: which network pods are attached to, which others there are, what was left out and why.
    public JsonNode describe() {
        var description = JsonNodeFactory.instance.objectNode();
        var loaded = configs.loaded();
        try {
            var current = configs.current();
            var inUse = description.putObject("inUse").put("name", current.name());
            inUse.put("file", current.file().toString()).put("cniVersion", current.version());
            var types = inUse.putArray("plugins");
            current.plugins().forEach(plugin -> types.add(CniNetwork.type(plugin)));
        } catch (CniException e) {
            description.put("problem", e.getMessage());
        }
        var found = description.putArray("found");
        loaded.networks().forEach(network -> found.add(network.name()));
        var rejected = description.putArray("rejected");
        loaded.rejected().forEach(rejected::add);
        return description;
    }

    private CniNetwork usable() throws CniException {
        var network = configs.current();
        try {
            for (var plugin : network.plugins()) {
                plugins.find(CniNetwork.type(plugin), network.toString());
            }
        } catch (CniException e) {
            found = null;
            throw e;
        }
        found = new Found(network, System.nanoTime());
        return network;
    }

    /// Whether [#status] has nothing to say that takes longer than a look at what is known: the configuration is the
    /// one whose plugins were all found within that time, and no plugin is to be asked. Waits for nothing.
    public boolean usableWithin(Duration time) {
        var last = found;
        try {
            return last != null
                    && System.nanoTime() - last.at() < time.toNanos()
                    && configs.current() == last.network()
                    && !last.network().speaks(CniVersion.V1_1);
        } catch (CniException _) {
            return false;
        }
    }

    /// Runs ADD of all plugins in order. When one fails, DEL is the caller's to run: what was done is on record.
    public CniResult add(CniRequest request) throws CniException, IOException, InterruptedException {
        var network = usable();
        var attachment = new CniAttachment(
                request.containerId(),
                request.netns().toString(),
                request.interfaceName(),
                request.arguments(),
                request.capabilities(),
                network.name(),
                network.version(),
                network.file().toString(),
                network.disableCheck(),
                network.plugins(),
                null);
        // before the first side effect, so that DEL finds it after a crash
        attachments.write(attachment);
        JsonNode result = null;
        for (var plugin : network.plugins()) {
            result = plugins.run("ADD", attachment, plugin, result);
        }
        if (result == null || !result.isObject()) {
            return CniResult.EMPTY;
        }
        attachments.write(attachment.with(result));
        return CniResult.of(result, request.interfaceName());
    }

    /// Runs CHECK of all plugins; nothing for a container that is not attached, or a configuration without CHECK.
    public void check(String containerId) throws CniException, IOException, InterruptedException {
        var attachment = attachments.read(containerId);
        if (attachment.isEmpty()
                || attachment.get().disableCheck()
                || !attachment.get().speaks(CniVersion.V0_4)) {
            return;
        }
        for (var plugin : attachment.get().plugins()) {
            plugins.run("CHECK", attachment.get(), plugin, attachment.get().result());
        }
    }

    /// Runs DEL of all plugins in reverse, each of them also when others fail, and forgets the attachment when all
    /// worked. Not attached is no error.
    public void delete(String containerId) throws CniException, IOException, InterruptedException {
        var found = attachments.read(containerId);
        if (found.isEmpty()) {
            return;
        }
        var attachment = existing(found.get());
        CniException failure = null;
        for (var plugin : attachment.plugins().reversed()) {
            try {
                plugins.run("DEL", attachment, plugin, previous(attachment));
            } catch (CniException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
        attachments.delete(containerId);
    }

    /// With no namespace when that is gone, as DEL wants it (specification, "DEL").
    private static CniAttachment existing(CniAttachment a) {
        if (Files.exists(Path.of(a.netns()))) {
            return a;
        }
        return new CniAttachment(
                a.containerId(),
                "",
                a.interfaceName(),
                a.arguments(),
                a.capabilities(),
                a.network(),
                a.version(),
                a.file(),
                a.disableCheck(),
                a.plugins(),
                a.result());
    }

    private static @Nullable JsonNode previous(CniAttachment attachment) {
        return attachment.speaks(CniVersion.V0_4) ? attachment.result() : null;
    }

    /// Ends the plugins that an earlier process of ours has started for these containers and did not outlive. For the
    /// start, when this one has not run any.
    public void endOrphans() throws IOException {
        var containers =
                attachments.all().stream().map(CniAttachment::containerId).collect(Collectors.toSet());
        if (!containers.isEmpty()) {
            OrphanedPlugins.end(containers);
        }
    }

    /// The containers that are attached or may be.
    public List<CniAttachment> attached() throws IOException {
        return attachments.all();
    }

    public Optional<CniAttachment> attachment(String containerId) throws IOException {
        return attachments.read(containerId);
    }

    /// Tells the plugins (specification 1.1) which attachments are valid, so that they give back what others left.
    public void collectGarbage() throws CniException, IOException, InterruptedException {
        CniNetwork network;
        try {
            network = configs.current();
        } catch (CniException _) {
            return;
        }
        if (!network.speaks(CniVersion.V1_1) || network.disableGc()) {
            return;
        }
        var extra = JsonNodeFactory.instance.objectNode();
        var valid = extra.putArray("cni.dev/valid-attachments");
        for (var attachment : attachments.all()) {
            valid.addObject().put("containerID", attachment.containerId()).put("ifname", attachment.interfaceName());
        }
        for (var plugin : network.plugins()) {
            plugins.run("GC", network, plugin, extra);
        }
    }

    @Override
    public void close() {
        configs.close();
    }
}
