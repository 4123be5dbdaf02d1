package io.crij.linux;

/// Size of a terminal in characters.
public record WindowSize(int rows, int columns) {}
