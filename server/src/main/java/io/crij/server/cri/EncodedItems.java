package io.crij.server.cri;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnknownFieldSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/// What is told of records, as it stands on the wire, kept for as long as the records stay the same: what a kubelet
/// asks for each second costs as much as copying it. An answer is put together as a field of encoded messages that
/// protobuf
/// does not look into, which is the same on the wire and to the client; [com.google.protobuf.Message] has no accessors
/// for it. Thread-safe.
///
/// @param <R> a value; it is encoded anew when it is another one
public final class EncodedItems<R> {
    /// Records that may be gone are looked for when there are twice as many as at the last time, and this many more.
    private static final int SPARE = 64;

    private final Function<R, String> id;
    private final Function<R, ? extends MessageLite> item;
    private final ConcurrentHashMap<String, Encoded<R>> byId = new ConcurrentHashMap<>();
    private volatile Whole<R> whole = new Whole<>(List.of(), UnknownFieldSet.getDefaultInstance());
    private volatile int enough = SPARE;

    private record Encoded<R>(R record, ByteString bytes) {}

    /// The list of all records.
    private record Whole<R>(List<R> records, UnknownFieldSet field) {
        boolean isOf(List<R> others) {
            if (records.size() != others.size() || records.isEmpty()) {
                return false;
            }
            for (int i = 0; i < others.size(); i++) {
                if (!records.get(i).equals(others.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    public EncodedItems(Function<R, String> id, Function<R, ? extends MessageLite> item) {
        this.id = id;
        this.item = item;
    }

    /// @param number of the repeated field
    /// @param wanted those of the list
    /// @param all that there are; what is kept of others is forgotten
    public UnknownFieldSet field(int number, List<R> wanted, List<R> all) {
        if (wanted.size() < all.size()) {
            return join(number, wanted, all);
        }
        var known = whole;
        if (!known.isOf(all)) {
            known = new Whole<>(all, join(number, all, all));
            whole = known;
        }
        return known.field();
    }

    private UnknownFieldSet join(int number, List<R> wanted, List<R> all) {
        if (byId.size() > all.size()) {
            retain(all);
        }
        var items = new ArrayList<ByteString>(wanted.size());
        wanted.forEach(record -> items.add(encoded(record)));
        return field(number, items);
    }

    private void retain(List<R> all) {
        var present = HashSet.<String>newHashSet(all.size());
        all.forEach(record -> present.add(id.apply(record)));
        byId.keySet().retainAll(present);
    }

    /// What is told of one record.
    ///
    /// @param all that there are; asked for now and then, to forget others
    public ByteString one(R record, Supplier<List<R>> all) {
        var bytes = encoded(record);
        if (byId.size() > enough) {
            retain(all.get());
            enough = 2 * byId.size() + SPARE;
        }
        return bytes;
    }

    /// @param number of the repeated field
    public static UnknownFieldSet field(int number, List<ByteString> items) {
        return UnknownFieldSet.newBuilder().addField(number, values(items)).build();
    }

    /// Messages that a field holds.
    public static UnknownFieldSet.Field values(List<ByteString> items) {
        var field = UnknownFieldSet.Field.newBuilder();
        items.forEach(field::addLengthDelimited);
        return field.build();
    }

    private ByteString encoded(R record) {
        var key = id.apply(record);
        var known = byId.get(key);
        if (known != null && known.record().equals(record)) {
            return known.bytes();
        }
        var bytes = item.apply(record).toByteString();
        byId.put(key, new Encoded<>(record, bytes));
        return bytes;
    }

    int kept() {
        return byId.size();
    }
}
