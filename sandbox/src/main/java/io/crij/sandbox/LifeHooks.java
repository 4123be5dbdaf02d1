package io.crij.sandbox;

/// Takes part in the lives of pods and containers at points where their outcome can still be changed, as NRI plugins
/// do. Unlike [SandboxEvent] the work waits for each call. Called without locks held, on threads of this module; each
/// method may be called more than once for the same pod or container, and for ones that were never announced.
public interface LifeHooks {
    /// Nobody takes part.
    LifeHooks NONE = new LifeHooks() {};

    /// A pod has its network and its pause process, but nobody knows of it yet. A failure undoes the pod.
    ///
    /// @param pod in state Creating
    default void podMade(PodRecord pod, int pausePid) throws SandboxException, InterruptedException {}

    /// The containers of a pod have ended, the pod itself is still whole.
    default void podStopped(PodRecord pod) throws InterruptedException {}

    /// Nothing is left of a pod, or its making was undone.
    default void podGone(PodRecord pod) throws InterruptedException {}

    /// A container waits for its start.
    default void containerMade(ContainerRecord container) throws InterruptedException {}

    /// A container is about to be started. A failure leaves it as it is, so that the start can be tried again.
    default void containerStarting(ContainerRecord container) throws SandboxException, InterruptedException {}

    /// A container runs; that it has ended, should it have, is told after this returns.
    default void containerStarted(ContainerRecord container) throws InterruptedException {}

    /// A container has ended. Returns when everybody knows.
    default void containerEnded(ContainerRecord container) throws InterruptedException {}

    /// Nothing is left of a container, or its making was undone.
    default void containerGone(ContainerRecord container) throws InterruptedException {}
}
