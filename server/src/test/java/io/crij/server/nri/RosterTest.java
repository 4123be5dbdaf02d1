package io.crij.server.nri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.spec.Spec;
import io.crij.ttrpc.TtrpcClient;
import io.prometheus.client.CollectorRegistry;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RosterTest {
    private final Roster roster = new Roster();
    private final NriMetrics metrics = new NriMetrics(new CollectorRegistry());

    private Plugin plugin(String index, String name) {
        var client = new TtrpcClient("test", InputStream.nullInputStream(), OutputStream.nullOutputStream(), () -> {});
        return new Plugin(index, name, client, Duration.ofSeconds(1), metrics, roster::leave);
    }

    @Test
    void pluginsAreInTheOrderOfTheirIndices() {
        var late = plugin("20", "a");
        var early = plugin("05", "z");
        roster.join(late);
        roster.join(early);
        assertEquals(List.of(early, late), roster.addPod("p"));
        early.close();
        assertEquals(List.of(late), roster.of("p"));
        late.close();
        assertFalse(roster.anybody());
    }

    @Test
    void whatWasAnnouncedBeforeIsPresentAndWhatComesLaterIsTold() {
        assertEquals(List.of(), roster.addPod("p"));
        assertEquals(List.of(), roster.addContainer("c1", null));
        var plugin = plugin("10", "a");
        var present = roster.join(plugin);
        assertEquals(List.of("p"), present.pods());
        assertEquals(List.of("c1"), present.containers());
        assertEquals(List.of(plugin), roster.addContainer("c2", null));
    }

    @Test
    void containerThatIsBeingMadeIsPresentWithItsDraft() {
        roster.addContainer("c1", Spec.EMPTY);
        assertEquals(Set.of("c1"), roster.join(plugin("10", "a")).drafts().keySet());
        roster.made("c1");
        assertEquals(Set.of(), roster.join(plugin("10", "b")).drafts().keySet());
    }

    @Test
    void endIsToldOnce() throws Exception {
        roster.addContainer("c1", null);
        var plugin = plugin("10", "a");
        roster.join(plugin);
        var end = roster.end("c1").orElseThrow();
        assertEquals(List.of(plugin), end.plugins());
        assertTrue(roster.end("c1").isEmpty());
        assertEquals(List.of(), roster.join(plugin("20", "b")).containers());
        end.told().countDown();
        roster.awaitEndTold("c1");
    }

    @Test
    void nobodyWaitsForAnEndThatNobodyHears() throws Exception {
        roster.addContainer("c1", null);
        assertEquals(List.of(), roster.end("c1").orElseThrow().plugins());
        roster.awaitEndTold("c1");
        roster.awaitEndTold("unknown");
    }

    @Test
    void whatHasGoneOrWasNeverAnnouncedIsNotTold() {
        roster.join(plugin("10", "a"));
        roster.addPod("p");
        assertEquals(1, roster.remove("p").size());
        assertEquals(List.of(), roster.remove("p"));
        assertEquals(List.of(), roster.of("p"));
        assertEquals(List.of(), roster.made("unknown"));
        assertTrue(roster.end("unknown").isEmpty());
    }
}
