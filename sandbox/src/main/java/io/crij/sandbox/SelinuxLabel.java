package io.crij.sandbox;

/// Parts of an SELinux label; empty parts are the default (api.proto SELinuxOption).
public record SelinuxLabel(String user, String role, String type, String level) {}
