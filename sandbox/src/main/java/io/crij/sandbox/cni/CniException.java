package io.crij.sandbox.cni;

import org.jspecify.annotations.Nullable;

/// Why a network was not set up, checked or taken down. The message names plugin, network and configuration file.
public final class CniException extends Exception {
    private final int code;
    private final String plugin;

    /// @param plugin type of the plugin that failed, empty when none was run
    /// @param code of the CNI specification ("Error"), 0 when the plugin gave none
    public CniException(String message, String plugin, int code, @Nullable Throwable cause) {
        super(message, cause);
        this.plugin = plugin;
        this.code = code;
    }

    public int code() {
        return code;
    }

    public String plugin() {
        return plugin;
    }
}
