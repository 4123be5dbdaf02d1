package io.crij.server.cri;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.crij.cri.v1.ListPodSandboxResponse;
import io.crij.cri.v1.PodSandbox;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EncodedItemsTest {
    private record Named(String id, String handler) {}

    private final List<String> made = new ArrayList<>();
    private final EncodedItems<Named> items = new EncodedItems<>(Named::id, this::item);

    private PodSandbox item(Named named) {
        made.add(named.id());
        return PodSandbox.newBuilder()
                .setId(named.id())
                .setRuntimeHandler(named.handler())
                .putLabels("a", "ä")
                .build();
    }

    private List<PodSandbox> list(List<Named> wanted, List<Named> all) throws Exception {
        var answer = ListPodSandboxResponse.newBuilder()
                .setUnknownFields(items.field(ListPodSandboxResponse.ITEMS_FIELD_NUMBER, wanted, all))
                .build();
        return ListPodSandboxResponse.parseFrom(answer.toByteArray()).getItemsList();
    }

    @Test
    void aClientSeesTheItemsInTheirOrder() throws Exception {
        var all = List.of(new Named("b", "runc"), new Named("a", "kata"));
        assertEquals(all.stream().map(this::item).toList(), list(all, all));
        assertEquals(List.of(), list(List.of(), all));
        assertEquals(List.of(item(all.get(1))), list(List.of(all.get(1)), all));
    }

    @Test
    void anItemIsMadeOnceForEachStateOfItsRecord() throws Exception {
        var first = new Named("a", "runc");
        list(List.of(first), List.of(first));
        list(List.of(first), List.of(first));
        assertEquals(List.of("a"), made);
        var next = new Named("a", "kata");
        assertEquals("kata", list(List.of(next), List.of(next)).getFirst().getRuntimeHandler());
        assertEquals(List.of("a", "a"), made);
    }

    @Test
    void whatIsGoneIsForgotten() throws Exception {
        var all = List.of(new Named("a", ""), new Named("b", ""), new Named("c", ""));
        list(all, all);
        assertEquals(3, items.kept());
        list(List.of(), List.of(all.get(1)));
        assertEquals(1, items.kept());
    }
}
