package io.crij.server.rpc;

import io.crij.cri.v1.AttachRequest;
import io.crij.cri.v1.AttachResponse;
import io.crij.cri.v1.ContainerEventResponse;
import io.crij.cri.v1.ContainerStatsRequest;
import io.crij.cri.v1.ContainerStatsResponse;
import io.crij.cri.v1.ContainerStatusRequest;
import io.crij.cri.v1.ContainerStatusResponse;
import io.crij.cri.v1.CreateContainerRequest;
import io.crij.cri.v1.CreateContainerResponse;
import io.crij.cri.v1.ExecRequest;
import io.crij.cri.v1.ExecResponse;
import io.crij.cri.v1.ExecSyncRequest;
import io.crij.cri.v1.ExecSyncResponse;
import io.crij.cri.v1.GetEventsRequest;
import io.crij.cri.v1.ListContainerStatsRequest;
import io.crij.cri.v1.ListContainerStatsResponse;
import io.crij.cri.v1.ListContainersRequest;
import io.crij.cri.v1.ListContainersResponse;
import io.crij.cri.v1.ListMetricDescriptorsRequest;
import io.crij.cri.v1.ListMetricDescriptorsResponse;
import io.crij.cri.v1.ListPodSandboxMetricsRequest;
import io.crij.cri.v1.ListPodSandboxMetricsResponse;
import io.crij.cri.v1.ListPodSandboxRequest;
import io.crij.cri.v1.ListPodSandboxResponse;
import io.crij.cri.v1.ListPodSandboxStatsRequest;
import io.crij.cri.v1.ListPodSandboxStatsResponse;
import io.crij.cri.v1.PodSandboxStatsRequest;
import io.crij.cri.v1.PodSandboxStatsResponse;
import io.crij.cri.v1.PodSandboxStatusRequest;
import io.crij.cri.v1.PodSandboxStatusResponse;
import io.crij.cri.v1.PortForwardRequest;
import io.crij.cri.v1.PortForwardResponse;
import io.crij.cri.v1.RemoveContainerRequest;
import io.crij.cri.v1.RemoveContainerResponse;
import io.crij.cri.v1.RemovePodSandboxRequest;
import io.crij.cri.v1.RemovePodSandboxResponse;
import io.crij.cri.v1.ReopenContainerLogRequest;
import io.crij.cri.v1.ReopenContainerLogResponse;
import io.crij.cri.v1.RunPodSandboxRequest;
import io.crij.cri.v1.RunPodSandboxResponse;
import io.crij.cri.v1.RuntimeConfigRequest;
import io.crij.cri.v1.RuntimeConfigResponse;
import io.crij.cri.v1.RuntimeServiceGrpc;
import io.crij.cri.v1.StartContainerRequest;
import io.crij.cri.v1.StartContainerResponse;
import io.crij.cri.v1.StatusRequest;
import io.crij.cri.v1.StatusResponse;
import io.crij.cri.v1.StopContainerRequest;
import io.crij.cri.v1.StopContainerResponse;
import io.crij.cri.v1.StopPodSandboxRequest;
import io.crij.cri.v1.StopPodSandboxResponse;
import io.crij.cri.v1.StreamContainerStatsRequest;
import io.crij.cri.v1.StreamContainerStatsResponse;
import io.crij.cri.v1.StreamContainersRequest;
import io.crij.cri.v1.StreamContainersResponse;
import io.crij.cri.v1.StreamPodSandboxMetricsRequest;
import io.crij.cri.v1.StreamPodSandboxMetricsResponse;
import io.crij.cri.v1.StreamPodSandboxStatsRequest;
import io.crij.cri.v1.StreamPodSandboxStatsResponse;
import io.crij.cri.v1.StreamPodSandboxesRequest;
import io.crij.cri.v1.StreamPodSandboxesResponse;
import io.crij.cri.v1.UpdateContainerResourcesRequest;
import io.crij.cri.v1.UpdateContainerResourcesResponse;
import io.crij.cri.v1.UpdatePodSandboxResourcesRequest;
import io.crij.cri.v1.UpdatePodSandboxResourcesResponse;
import io.crij.cri.v1.UpdateRuntimeConfigRequest;
import io.crij.cri.v1.UpdateRuntimeConfigResponse;
import io.crij.cri.v1.VersionRequest;
import io.crij.cri.v1.VersionResponse;
import io.crij.image.Images;
import io.crij.monitor.MonitorClient;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.Sandboxes;
import io.crij.server.call.Calls;
import io.crij.server.config.Config;
import io.crij.server.cri.ContainerAnswers;
import io.crij.server.cri.EncodedItems;
import io.crij.server.events.ContainerEvents;
import io.crij.server.handlers.FoundHandlers;
import io.crij.server.nri.Nri;
import io.crij.server.spec.HostFeatures;
import io.crij.server.stats.PodMetrics;
import io.crij.server.stats.Usage;
import io.crij.server.streaming.StreamingServer;
import io.grpc.stub.StreamObserver;

/// The RuntimeService of the CRI: each RPC is a class of its own. What is not here yet answers UNIMPLEMENTED.
public final class RuntimeEndpoint extends RuntimeServiceGrpc.RuntimeServiceImplBase {
    private final Calls calls;
    private final Version version;
    private final Status status;
    private final RuntimeConfig runtimeConfig;
    private final UpdateRuntimeConfig updateRuntimeConfig;
    private final UpdatePodSandboxResources updatePodSandboxResources;
    private final RunPodSandbox runPodSandbox;
    private final StopPodSandbox stopPodSandbox;
    private final RemovePodSandbox removePodSandbox;
    private final PodSandboxStatus podSandboxStatus;
    private final ListPodSandbox listPodSandbox;
    private final CreateContainer createContainer;
    private final StartContainer startContainer;
    private final StopContainer stopContainer;
    private final RemoveContainer removeContainer;
    private final ListContainers listContainers;
    private final ContainerStatus containerStatus;
    private final ExecSync execSync;
    private final Exec exec;
    private final Attach attach;
    private final PortForward portForward;
    private final ReopenContainerLog reopenContainerLog;
    private final UpdateContainerResources updateContainerResources;
    private final ContainerStats containerStats;
    private final ListContainerStats listContainerStats;
    private final PodSandboxStats podSandboxStats;
    private final ListPodSandboxStats listPodSandboxStats;
    private final StreamPodSandboxes streamPodSandboxes;
    private final StreamContainers streamContainers;
    private final StreamContainerStats streamContainerStats;
    private final StreamPodSandboxStats streamPodSandboxStats;
    private final ListMetricDescriptors listMetricDescriptors;
    private final ListPodSandboxMetrics listPodSandboxMetrics;
    private final StreamPodSandboxMetrics streamPodSandboxMetrics;
    private final GetContainerEvents getContainerEvents;

    public RuntimeEndpoint(
            Calls calls,
            Config config,
            HostFeatures host,
            FoundHandlers handlers,
            Sandboxes sandboxes,
            Images images,
            MonitorClient monitor,
            Usage usage,
            PodMetrics podMetrics,
            ContainerEvents events,
            StreamingServer streaming,
            Nri nri) {
        this.calls = calls;
        var pods = sandboxes.pods();
        var containers = sandboxes.containers();
        version = new Version();
        status = new Status(config, sandboxes, monitor, handlers);
        runtimeConfig = new RuntimeConfig(config.runtime().cgroupDriver());
        updateRuntimeConfig = new UpdateRuntimeConfig(sandboxes);
        updatePodSandboxResources = new UpdatePodSandboxResources(pods, nri);
        runPodSandbox = new RunPodSandbox(pods);
        stopPodSandbox = new StopPodSandbox(pods);
        removePodSandbox = new RemovePodSandbox(pods);
        var statuses = new EncodedItems<>(ContainerRecord::id, ContainerAnswers::status);
        podSandboxStatus = new PodSandboxStatus(pods, containers, statuses);
        listPodSandbox = new ListPodSandbox(pods);
        createContainer =
                new CreateContainer(containers, images, new Plans(config, host, handlers, images, containers, nri));
        startContainer = new StartContainer(containers);
        stopContainer = new StopContainer(containers);
        removeContainer = new RemoveContainer(containers);
        listContainers = new ListContainers(containers);
        containerStatus = new ContainerStatus(containers, statuses);
        execSync = new ExecSync(containers);
        exec = new Exec(containers, streaming);
        attach = new Attach(containers, streaming);
        portForward = new PortForward(pods, streaming);
        reopenContainerLog = new ReopenContainerLog(containers);
        updateContainerResources = new UpdateContainerResources(containers, nri);
        containerStats = new ContainerStats(containers, usage);
        listContainerStats = new ListContainerStats(usage);
        podSandboxStats = new PodSandboxStats(pods, usage);
        listPodSandboxStats = new ListPodSandboxStats(usage);
        var chunks = Chunks.of(config.server().maxResponseSize().bytes());
        streamPodSandboxes = new StreamPodSandboxes(listPodSandbox, chunks);
        streamContainers = new StreamContainers(listContainers, chunks);
        streamContainerStats = new StreamContainerStats(listContainerStats, chunks);
        streamPodSandboxStats = new StreamPodSandboxStats(listPodSandboxStats, chunks);
        listMetricDescriptors = new ListMetricDescriptors(podMetrics);
        listPodSandboxMetrics = new ListPodSandboxMetrics(podMetrics);
        streamPodSandboxMetrics = new StreamPodSandboxMetrics(podMetrics, chunks);
        getContainerEvents = new GetContainerEvents(events);
    }

    @Override
    public void version(VersionRequest request, StreamObserver<VersionResponse> client) {
        calls.quick("Version", request, client, version::call);
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> client) {
        var known = status.known(request);
        if (known.isPresent()) {
            calls.quick("Status", request, client, _ -> known.get());
        } else {
            calls.unary("Status", request, client, status::call);
        }
    }

    @Override
    public void runtimeConfig(RuntimeConfigRequest request, StreamObserver<RuntimeConfigResponse> client) {
        calls.unary("RuntimeConfig", request, client, runtimeConfig::call);
    }

    @Override
    public void updateRuntimeConfig(
            UpdateRuntimeConfigRequest request, StreamObserver<UpdateRuntimeConfigResponse> client) {
        calls.unary("UpdateRuntimeConfig", request, client, updateRuntimeConfig::call);
    }

    @Override
    public void updatePodSandboxResources(
            UpdatePodSandboxResourcesRequest request, StreamObserver<UpdatePodSandboxResourcesResponse> client) {
        calls.unary("UpdatePodSandboxResources", request, client, updatePodSandboxResources::call);
    }

    @Override
    public void runPodSandbox(RunPodSandboxRequest request, StreamObserver<RunPodSandboxResponse> client) {
        calls.unary("RunPodSandbox", request, client, runPodSandbox::call);
    }

    @Override
    public void stopPodSandbox(StopPodSandboxRequest request, StreamObserver<StopPodSandboxResponse> client) {
        calls.unary("StopPodSandbox", request, client, stopPodSandbox::call);
    }

    @Override
    public void removePodSandbox(RemovePodSandboxRequest request, StreamObserver<RemovePodSandboxResponse> client) {
        calls.unary("RemovePodSandbox", request, client, removePodSandbox::call);
    }

    @Override
    public void podSandboxStatus(PodSandboxStatusRequest request, StreamObserver<PodSandboxStatusResponse> client) {
        if (request.getVerbose()) {
            calls.unary("PodSandboxStatus", request, client, podSandboxStatus::call);
        } else {
            calls.quick("PodSandboxStatus", request, client, podSandboxStatus::call);
        }
    }

    @Override
    public void listPodSandbox(ListPodSandboxRequest request, StreamObserver<ListPodSandboxResponse> client) {
        calls.quick("ListPodSandbox", request, client, listPodSandbox::call);
    }

    @Override
    public void createContainer(CreateContainerRequest request, StreamObserver<CreateContainerResponse> client) {
        calls.unary("CreateContainer", request, client, createContainer::call);
    }

    @Override
    public void startContainer(StartContainerRequest request, StreamObserver<StartContainerResponse> client) {
        calls.unary("StartContainer", request, client, startContainer::call);
    }

    @Override
    public void stopContainer(StopContainerRequest request, StreamObserver<StopContainerResponse> client) {
        calls.unary("StopContainer", request, client, stopContainer::call);
    }

    @Override
    public void removeContainer(RemoveContainerRequest request, StreamObserver<RemoveContainerResponse> client) {
        calls.unary("RemoveContainer", request, client, removeContainer::call);
    }

    @Override
    public void listContainers(ListContainersRequest request, StreamObserver<ListContainersResponse> client) {
        calls.quick("ListContainers", request, client, listContainers::call);
    }

    @Override
    public void containerStatus(ContainerStatusRequest request, StreamObserver<ContainerStatusResponse> client) {
        if (request.getVerbose()) {
            calls.unary("ContainerStatus", request, client, containerStatus::call);
        } else {
            calls.quick("ContainerStatus", request, client, containerStatus::call);
        }
    }

    @Override
    public void execSync(ExecSyncRequest request, StreamObserver<ExecSyncResponse> client) {
        calls.unary("ExecSync", request, client, execSync::call);
    }

    @Override
    public void exec(ExecRequest request, StreamObserver<ExecResponse> client) {
        calls.unary("Exec", request, client, exec::call);
    }

    @Override
    public void attach(AttachRequest request, StreamObserver<AttachResponse> client) {
        calls.unary("Attach", request, client, attach::call);
    }

    @Override
    public void portForward(PortForwardRequest request, StreamObserver<PortForwardResponse> client) {
        calls.unary("PortForward", request, client, portForward::call);
    }

    @Override
    public void reopenContainerLog(
            ReopenContainerLogRequest request, StreamObserver<ReopenContainerLogResponse> client) {
        calls.unary("ReopenContainerLog", request, client, reopenContainerLog::call);
    }

    @Override
    public void updateContainerResources(
            UpdateContainerResourcesRequest request, StreamObserver<UpdateContainerResourcesResponse> client) {
        calls.unary("UpdateContainerResources", request, client, updateContainerResources::call);
    }

    @Override
    public void containerStats(ContainerStatsRequest request, StreamObserver<ContainerStatsResponse> client) {
        calls.unary("ContainerStats", request, client, containerStats::call);
    }

    @Override
    public void listContainerStats(
            ListContainerStatsRequest request, StreamObserver<ListContainerStatsResponse> client) {
        calls.unary("ListContainerStats", request, client, listContainerStats::call);
    }

    @Override
    public void podSandboxStats(PodSandboxStatsRequest request, StreamObserver<PodSandboxStatsResponse> client) {
        calls.unary("PodSandboxStats", request, client, podSandboxStats::call);
    }

    @Override
    public void listPodSandboxStats(
            ListPodSandboxStatsRequest request, StreamObserver<ListPodSandboxStatsResponse> client) {
        calls.unary("ListPodSandboxStats", request, client, listPodSandboxStats::call);
    }

    @Override
    public void streamPodSandboxes(
            StreamPodSandboxesRequest request, StreamObserver<StreamPodSandboxesResponse> client) {
        calls.paced("StreamPodSandboxes", request, client, streamPodSandboxes::call);
    }

    @Override
    public void streamContainers(StreamContainersRequest request, StreamObserver<StreamContainersResponse> client) {
        calls.paced("StreamContainers", request, client, streamContainers::call);
    }

    @Override
    public void streamContainerStats(
            StreamContainerStatsRequest request, StreamObserver<StreamContainerStatsResponse> client) {
        calls.paced("StreamContainerStats", request, client, streamContainerStats::call);
    }

    @Override
    public void streamPodSandboxStats(
            StreamPodSandboxStatsRequest request, StreamObserver<StreamPodSandboxStatsResponse> client) {
        calls.paced("StreamPodSandboxStats", request, client, streamPodSandboxStats::call);
    }

    @Override
    public void getContainerEvents(GetEventsRequest request, StreamObserver<ContainerEventResponse> client) {
        calls.paced("GetContainerEvents", request, client, getContainerEvents::call);
    }

    @Override
    public void listMetricDescriptors(
            ListMetricDescriptorsRequest request, StreamObserver<ListMetricDescriptorsResponse> client) {
        calls.unary("ListMetricDescriptors", request, client, listMetricDescriptors::call);
    }

    @Override
    public void listPodSandboxMetrics(
            ListPodSandboxMetricsRequest request, StreamObserver<ListPodSandboxMetricsResponse> client) {
        calls.unary("ListPodSandboxMetrics", request, client, listPodSandboxMetrics::call);
    }

    @Override
    public void streamPodSandboxMetrics(
            StreamPodSandboxMetricsRequest request, StreamObserver<StreamPodSandboxMetricsResponse> client) {
        calls.paced("StreamPodSandboxMetrics", request, client, streamPodSandboxMetrics::call);
    }
}
