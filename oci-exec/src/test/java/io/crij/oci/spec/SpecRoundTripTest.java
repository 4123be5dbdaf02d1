package io.crij.oci.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.crij.oci.runtime.OciException.InvalidSpec;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/// What [SpecWriter] writes [SpecReader] reads; what nobody wrote it refuses with [InvalidSpec] and nothing else.
final class SpecRoundTripTest {
    private final SpecReader reader = new SpecReader();
    private final SpecWriter writer = new SpecWriter();

    @Property(tries = 500)
    void whatIsWrittenIsRead(@ForAll long seed) throws InvalidSpec {
        Spec spec = ((Spec) new RandomRecords(seed).make(Spec.class)).with(s -> s.ociVersion = "1.3.0");
        assertEquals(spec, reader.spec(writer.write(spec)));
    }

    @Test
    void emptyPartsAreNotWritten() {
        assertEquals("{\"ociVersion\":\"1.3.0\"}", new String(writer.write(Spec.EMPTY), StandardCharsets.UTF_8));
    }

    @Test
    void noHelperIsWritten() {
        String json = new String(
                writer.write(Spec.EMPTY.with(s -> s.linux = s.linux.with(l -> l.cgroupsPath = "/a"))),
                StandardCharsets.UTF_8);
        assertEquals("{\"ociVersion\":\"1.3.0\",\"linux\":{\"cgroupsPath\":\"/a\"}}", json);
    }

    /// A valid configuration with a few bytes changed.
    @Property(tries = 800)
    void damagedJsonIsInvalidOrRead(@ForAll long seed, @ForAll("damage") List<Integer> damage) {
        byte[] json = writer.write((Spec) new RandomRecords(seed % 50).make(Spec.class));
        for (int i = 0; i + 1 < damage.size(); i += 2) {
            json[Math.floorMod(damage.get(i), json.length)] = (byte) (int) damage.get(i + 1);
        }
        readOrRefuse(json);
    }

    @Property(tries = 2000)
    void anyBytesAreInvalidOrRead(@ForAll byte[] bytes) {
        readOrRefuse(bytes);
    }

    /// Any JSON value in the place of any property.
    @Property(tries = 3000)
    void anyJsonInAnyPlaceIsInvalidOrRead(@ForAll("places") String place, @ForAll("values") String value) {
        readOrRefuse(place.replace("@", value).getBytes(StandardCharsets.UTF_8));
    }

    private void readOrRefuse(byte[] json) {
        try {
            reader.spec(json);
        } catch (InvalidSpec refused) {
            assertFalse(refused.path().isEmpty());
            assertFalse(refused.getMessage().isBlank());
        }
    }

    @Provide
    Arbitrary<List<Integer>> damage() {
        return Arbitraries.integers().list().ofMinSize(2).ofMaxSize(8);
    }

    @Provide
    Arbitrary<String> places() {
        return Arbitraries.of(
                        "@",
                        "\"process\":@",
                        "\"process\":{\"cwd\":\"/\",\"args\":@}",
                        "\"process\":{\"cwd\":\"/\",\"user\":{\"uid\":@}}",
                        "\"process\":{\"cwd\":\"/\",\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"hard\":@}]}",
                        "\"process\":{\"cwd\":@,\"terminal\":@}",
                        "\"process\":{\"cwd\":\"/\",\"oomScoreAdj\":@,\"ioPriority\":@}",
                        "\"annotations\":@",
                        "\"annotations\":{\"a\":@}",
                        "\"mounts\":[@]",
                        "\"hooks\":{\"prestart\":@}",
                        "\"linux\":@",
                        "\"linux\":{\"namespaces\":[{\"type\":@}]}",
                        "\"linux\":{\"resources\":{\"memory\":{\"limit\":@}}}",
                        "\"linux\":{\"resources\":{\"cpu\":@,\"rdma\":{\"a\":@}}}",
                        "\"linux\":{\"seccomp\":{\"defaultAction\":@}}",
                        "\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_LOG\",\"syscalls\":[{\"names\":@}]}}",
                        "\"linux\":{\"timeOffsets\":{\"boottime\":@}}")
                .map(part -> part.equals("@") ? part : "{\"ociVersion\":\"1.0.0\"," + part + "}");
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.of(
                "null",
                "true",
                "0",
                "-1",
                "1.5",
                "1e400",
                "18446744073709551616",
                "9223372036854775808",
                "\"\"",
                "\"x\"",
                "[]",
                "[null]",
                "[[]]",
                "[1]",
                "[\"a\"]",
                "{}",
                "{\"a\":1}",
                "{\"a\":null}",
                "\"\\ud800\"",
                "NaN",
                "'a'",
                "[".repeat(2000),
                "{\"a\":".repeat(1500),
                "\"" + "a".repeat(100_000) + "\"",
                "1".repeat(5000));
    }

    /// Records with anything in them, by reflection over their components.
    private static final class RandomRecords {
        private final Random random;

        RandomRecords(long seed) {
            random = new Random(seed);
        }

        Object make(Type type) {
            return switch (type) {
                case ParameterizedType list
                when list.getRawType() == List.class -> list(list.getActualTypeArguments()[0]);
                case ParameterizedType map -> map(map.getActualTypeArguments()[1]);
                case Class<?> record when record.isRecord() -> record(record);
                case Class<?> constants
                when constants.isEnum() ->
                    constants.getEnumConstants()[random.nextInt(constants.getEnumConstants().length)];
                case Class<?> simple when simple == String.class -> "s" + random.nextInt(1000) + "\u00e9\"\\\n";
                case Class<?> simple when simple == boolean.class || simple == Boolean.class -> random.nextBoolean();
                case Class<?> simple when simple == int.class || simple == Integer.class -> random.nextInt();
                case Class<?> simple when simple == long.class || simple == Long.class -> random.nextLong();
                default -> throw new IllegalStateException("what is a " + type);
            };
        }

        private List<Object> list(Type element) {
            var list = new ArrayList<>();
            for (int i = random.nextInt(3); i > 0; i--) {
                list.add(make(element));
            }
            return list;
        }

        private Map<String, Object> map(Type value) {
            var map = new LinkedHashMap<String, Object>();
            for (int i = random.nextInt(3); i > 0; i--) {
                map.put("k" + i, make(value));
            }
            return map;
        }

        private Object record(Class<?> type) {
            RecordComponent[] components = type.getRecordComponents();
            Object[] values = Arrays.stream(components)
                    .map(component ->
                            isNullable(component) && random.nextBoolean() ? null : make(component.getGenericType()))
                    .toArray();
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            try {
                var constructor = type.getDeclaredConstructor(types);
                constructor.setAccessible(true);
                return constructor.newInstance(values);
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }

        private static boolean isNullable(RecordComponent component) {
            return component.getAnnotatedType().isAnnotationPresent(org.jspecify.annotations.Nullable.class);
        }
    }
}
