package io.crij.image;

import java.time.Instant;

/// What a tree of files takes on its disk.
///
/// @param bytes allocated, hard links counted once
/// @param measuredAt when it was counted
public record DiskUsage(long bytes, long inodes, Instant measuredAt) {}
