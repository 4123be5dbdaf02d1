package io.crij.server.metrics;

import io.crij.image.Image;
import io.crij.image.ImageException;
import io.crij.image.LayerProgress;
import io.crij.image.PullListener;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;

/// Counts and times pulls of images.
public final class PullMetrics {
    private static final double[] SECONDS = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300, 600};

    private final Counter pulls;
    private final Counter bytes;
    private final Histogram seconds;
    private final Gauge underWay;

    public PullMetrics(CollectorRegistry registry) {
        pulls = Counter.build("crij_image_pulls_total", "Pulls of images by outcome: success, or why they failed.")
                .labelNames("outcome")
                .register(registry);
        bytes = Counter.build("crij_image_pull_bytes_total", "Bytes of layers that pulls have fetched.")
                .register(registry);
        seconds = Histogram.build("crij_image_pull_seconds", "How long pulls took that succeeded.")
                .buckets(SECONDS)
                .register(registry);
        underWay = Gauge.build("crij_image_pulls_under_way", "Pulls that are under way.")
                .register(registry);
        pulls.labels("success");
    }

    /// A pull that tells a listener how far it is.
    @FunctionalInterface
    public interface Pull {
        Image run(PullListener listener) throws ImageException, InterruptedException;
    }

    /// Runs a pull.
    ///
    /// @param listener hears how far it is, too
    public Image measure(PullListener listener, Pull pull) throws ImageException, InterruptedException {
        long begin = System.nanoTime();
        underWay.inc();
        try {
            var image = pull.run(new Meter(listener));
            pulls.labels("success").inc();
            seconds.observe((System.nanoTime() - begin) / 1e9);
            return image;
        } catch (ImageException e) {
            pulls.labels(outcome(e)).inc();
            throw e;
        } catch (InterruptedException e) {
            pulls.labels("cancelled").inc();
            throw e;
        } finally {
            underWay.dec();
        }
    }

    /// `NoSpace` is `no_space`: as many as there are kinds.
    static String outcome(ImageException failure) {
        return failure.getClass()
                .getSimpleName()
                .replaceAll("(?<=.)([A-Z])", "_$1")
                .toLowerCase(Locale.ROOT);
    }

    private final class Meter implements PullListener {
        private final PullListener next;
        private final ConcurrentHashMap<Integer, Long> counted = new ConcurrentHashMap<>();

        Meter(PullListener next) {
            this.next = next;
        }

        @Override
        public void progress(LayerProgress progress) {
            if (progress.state() != LayerProgress.State.PRESENT) {
                counted.compute(progress.index(), (_, before) -> {
                    long known = before == null ? 0 : before;
                    bytes.inc(Math.max(0, progress.bytes() - known));
                    return Math.max(known, progress.bytes());
                });
            }
            next.progress(progress);
        }
    }
}
