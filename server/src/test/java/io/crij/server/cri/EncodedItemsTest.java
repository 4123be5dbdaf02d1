package io.crij.server.cri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

    @Test
    void theWholeListIsTheOneOfNow() throws Exception {
        var a = new Named("a", "runc");
        var b = new Named("b", "runc");
        assertEquals(List.of(item(a), item(b)), list(List.of(a, b), List.of(a, b)));
        assertEquals(List.of(item(a)), list(List.of(a), List.of(a)));
        assertEquals(List.of(item(b)), list(List.of(b), List.of(b)));
        var changed = new Named("b", "kata");
        assertEquals(List.of(item(a), item(changed)), list(List.of(a, changed), List.of(a, changed)));
        assertEquals(List.of(item(changed), item(a)), list(List.of(changed, a), List.of(changed, a)));
        assertEquals(List.of(), list(List.of(), List.of()));
    }

    @Test
    void oneIsMadeAnewWhenItsRecordIsAnother() throws Exception {
        var first = new Named("a", "runc");
        assertEquals(item(first).toByteString(), items.one(first, List::of));
        made.clear();
        assertEquals(item(first).toByteString(), items.one(new Named("a", "runc"), List::of));
        assertEquals(List.of("a"), made, "only the test has made one");
        var next = new Named("a", "kata");
        assertEquals("kata", PodSandbox.parseFrom(items.one(next, List::of)).getRuntimeHandler());
        assertEquals("runc", PodSandbox.parseFrom(items.one(first, List::of)).getRuntimeHandler());
    }

    @Test
    void whatIsGoneIsForgottenAlsoWhenOnlySingleOnesAreAskedFor() {
        for (int i = 0; i < 10_000; i++) {
            var only = new Named("pod" + i, "");
            items.one(only, () -> List.of(only));
        }
        assertTrue(items.kept() < 200, "kept: " + items.kept());
    }
}
