package io.crij.server.rpc;

import io.crij.cri.v1.FilesystemIdentifier;
import io.crij.cri.v1.FilesystemUsage;
import io.crij.cri.v1.ImageFsInfoRequest;
import io.crij.cri.v1.ImageFsInfoResponse;
import io.crij.cri.v1.UInt64Value;
import io.crij.image.DiskUsage;
import io.crij.image.Images;
import io.crij.server.cri.Times;
import java.nio.file.Path;

/// What images and containers take on disk. Both are in one folder, and both answers name it: the kubelet takes two
/// names for two file systems.
final class ImageFsInfo {
    private final Images images;
    private final Path folder;

    /// @param folder that images and snapshots are below
    ImageFsInfo(Images images, Path folder) {
        this.images = images;
        this.folder = folder;
    }

    ImageFsInfoResponse call(ImageFsInfoRequest request) {
        return ImageFsInfoResponse.newBuilder()
                .addImageFilesystems(usage(images.usage()))
                .addContainerFilesystems(usage(images.snapshots().usage()))
                .build();
    }

    private FilesystemUsage usage(DiskUsage usage) {
        return FilesystemUsage.newBuilder()
                .setTimestamp(Times.nanos(usage.measuredAt()))
                .setFsId(FilesystemIdentifier.newBuilder().setMountpoint(folder.toString()))
                .setUsedBytes(UInt64Value.newBuilder().setValue(usage.bytes()))
                .setInodesUsed(UInt64Value.newBuilder().setValue(usage.inodes()))
                .build();
    }
}
