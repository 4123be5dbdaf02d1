package io.crij.server.rpc;

import io.crij.cri.v1.ImageFsInfoRequest;
import io.crij.cri.v1.ImageFsInfoResponse;
import io.crij.cri.v1.ImageServiceGrpc;
import io.crij.cri.v1.ImageStatusRequest;
import io.crij.cri.v1.ImageStatusResponse;
import io.crij.cri.v1.ListImagesRequest;
import io.crij.cri.v1.ListImagesResponse;
import io.crij.cri.v1.PullImageRequest;
import io.crij.cri.v1.PullImageResponse;
import io.crij.cri.v1.RemoveImageRequest;
import io.crij.cri.v1.RemoveImageResponse;
import io.crij.cri.v1.StreamImagesRequest;
import io.crij.cri.v1.StreamImagesResponse;
import io.crij.image.Image;
import io.crij.image.Images;
import io.crij.server.call.Calls;
import io.crij.server.cri.EncodedItems;
import io.crij.server.cri.ImageAnswers;
import io.crij.server.metrics.PullMetrics;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;

/// The ImageService of the CRI: each RPC is a class of its own.
public final class ImageEndpoint extends ImageServiceGrpc.ImageServiceImplBase {
    private final Calls calls;
    private final ListImages listImages;
    private final ImageStatus imageStatus;
    private final PullImage pullImage;
    private final RemoveImage removeImage;
    private final ImageFsInfo imageFsInfo;
    private final StreamImages streamImages;

    /// @param folder that images and the writable layers of containers are below
    /// @param largest answer that may be sent, bytes
    public ImageEndpoint(Calls calls, Images images, PullMetrics pulls, Path folder, long largest) {
        this.calls = calls;
        var items = new EncodedItems<Image>(image -> image.id().toString(), ImageAnswers::item);
        listImages = new ListImages(images, items);
        imageStatus = new ImageStatus(images, items);
        pullImage = new PullImage(images, pulls);
        removeImage = new RemoveImage(images);
        imageFsInfo = new ImageFsInfo(images, folder);
        streamImages = new StreamImages(listImages, Chunks.of(largest));
    }

    @Override
    public void listImages(ListImagesRequest request, StreamObserver<ListImagesResponse> client) {
        calls.quick("ListImages", request, client, listImages::call);
    }

    @Override
    public void imageStatus(ImageStatusRequest request, StreamObserver<ImageStatusResponse> client) {
        if (request.getVerbose()) {
            calls.unary("ImageStatus", request, client, imageStatus::call);
        } else {
            calls.quick("ImageStatus", request, client, imageStatus::call);
        }
    }

    @Override
    public void pullImage(PullImageRequest request, StreamObserver<PullImageResponse> client) {
        calls.unary("PullImage", request, client, pullImage::call);
    }

    @Override
    public void removeImage(RemoveImageRequest request, StreamObserver<RemoveImageResponse> client) {
        calls.unary("RemoveImage", request, client, removeImage::call);
    }

    @Override
    public void imageFsInfo(ImageFsInfoRequest request, StreamObserver<ImageFsInfoResponse> client) {
        calls.unary("ImageFsInfo", request, client, imageFsInfo::call);
    }

    @Override
    public void streamImages(StreamImagesRequest request, StreamObserver<StreamImagesResponse> client) {
        calls.paced("StreamImages", request, client, streamImages::call);
    }
}
