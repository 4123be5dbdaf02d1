package io.crij.server.cri;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnknownFieldSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// The items of a list as they stand on the wire, kept for as long as their records stay the same: what a kubelet asks
/// for each second costs as much as copying it. A list is put together as a field of encoded messages that protobuf
/// does not look into, which is the same on the wire and to the client; [com.google.protobuf.Message] has no accessors
/// for it. Thread-safe.
///
/// @param <R> a value; it is encoded anew when it is another object
public final class EncodedItems<R> {
    private final Function<R, String> id;
    private final Function<R, ? extends MessageLite> item;
    private final ConcurrentHashMap<String, Encoded<R>> byId = new ConcurrentHashMap<>();

    private record Encoded<R>(R record, ByteString bytes) {}

    public EncodedItems(Function<R, String> id, Function<R, ? extends MessageLite> item) {
        this.id = id;
        this.item = item;
    }

    /// @param number of the repeated field
    /// @param wanted those of the list
    /// @param all that there are; what is kept of others is forgotten
    public UnknownFieldSet field(int number, List<R> wanted, List<R> all) {
        if (byId.size() > all.size()) {
            var present = HashSet.<String>newHashSet(all.size());
            all.forEach(record -> present.add(id.apply(record)));
            byId.keySet().retainAll(present);
        }
        var items = new ArrayList<ByteString>(wanted.size());
        wanted.forEach(record -> items.add(encoded(record)));
        return field(number, items);
    }

    /// @param number of the repeated field
    public static UnknownFieldSet field(int number, List<ByteString> items) {
        var field = UnknownFieldSet.Field.newBuilder();
        items.forEach(field::addLengthDelimited);
        return UnknownFieldSet.newBuilder().addField(number, field.build()).build();
    }

    private ByteString encoded(R record) {
        var key = id.apply(record);
        var known = byId.get(key);
        if (known != null && known.record() == record) {
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
