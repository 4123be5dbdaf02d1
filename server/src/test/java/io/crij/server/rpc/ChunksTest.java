package io.crij.server.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.PodSandbox;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChunksTest {
    private final List<List<PodSandbox>> sent = new ArrayList<>();

    @Test
    void everyItemGoesOnceAndInOrder() {
        send(new Chunks(7, 1 << 20), 100, 10);
        assertEquals(15, sent.size());
        assertEquals(2, sent.getLast().size());
        var ids = sent.stream().flatMap(List::stream).map(PodSandbox::getId).toList();
        assertEquals(items(100, 10).stream().map(PodSandbox::getId).toList(), ids);
    }

    @Test
    void messagesAreBoundedByBytes() {
        send(new Chunks(1000, 5000), 100, 900);
        assertEquals(20, sent.size());
        assertTrue(sent.stream().allMatch(chunk -> chunk.size() == 5));
    }

    @Test
    void anItemThatIsTooLargeGoesAlone() {
        send(new Chunks(1000, 100), 3, 500);
        assertEquals(3, sent.size());
    }

    @Test
    void anEmptyListSendsNothing() {
        send(Chunks.of(1 << 20), 0, 0);
        assertEquals(List.of(), sent);
    }

    @Test
    void theLargestAnswerIsNotPassed() {
        int largest = 65536;
        send(Chunks.of(largest), 1000, 500);
        assertTrue(sent.stream()
                .allMatch(chunk -> io.crij.cri.v1.StreamPodSandboxesResponse.newBuilder()
                                .addAllPodSandboxes(chunk)
                                .build()
                                .getSerializedSize()
                        <= largest));
    }

    private void send(Chunks chunks, int count, int size) {
        chunks.send(items(count, size).stream(), chunk -> sent.add(List.copyOf(chunk)));
    }

    private static List<PodSandbox> items(int count, int size) {
        return IntStream.range(0, count)
                .mapToObj(i -> PodSandbox.newBuilder()
                        .setId(String.format("%0" + Math.max(4, size) + "d", i))
                        .build())
                .toList();
    }
}
