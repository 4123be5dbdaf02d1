package io.crij.image.layer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// Writes tar archives byte by byte, also such as no honest tool would write.
public final class TarBuilder {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private Map<String, byte[]> pax = new LinkedHashMap<>();

    public TarBuilder folder(String name) {
        return entry(name, '5', "", 0755, new byte[0]);
    }

    public TarBuilder file(String name, String content) {
        return entry(name, '0', "", 0644, content.getBytes(StandardCharsets.UTF_8));
    }

    public TarBuilder file(String name, byte[] content) {
        return entry(name, '0', "", 0644, content);
    }

    public TarBuilder symlink(String name, String target) {
        return entry(name, '2', target, 0777, new byte[0]);
    }

    public TarBuilder hardLink(String name, String target) {
        return entry(name, '1', target, 0644, new byte[0]);
    }

    /// The next entry gets this pax record.
    public TarBuilder pax(String key, String value) {
        return pax(key, value.getBytes(StandardCharsets.UTF_8));
    }

    public TarBuilder pax(String key, byte[] value) {
        pax.put(key, value);
        return this;
    }

    public TarBuilder entry(String name, char type, String link, int mode, byte[] content) {
        return entry(name, type, link, mode, 0, 0, 1_600_000_000, 0, 0, content);
    }

    public TarBuilder entry(
            String name,
            char type,
            String link,
            int mode,
            int uid,
            int gid,
            long mtime,
            int major,
            int minor,
            byte[] content) {
        if (name.length() > 100) {
            pax("path", name);
        }
        if (link.length() > 100) {
            pax("linkpath", link);
        }
        if (!pax.isEmpty()) {
            byte[] records = records(pax);
            pax = new LinkedHashMap<>();
            block(header("pax", 'x', "", 0644, 0, 0, 0, 0, 0, records.length), records);
        }
        block(header(name, type, link, mode, uid, gid, mtime, major, minor, content.length), content);
        return this;
    }

    private static byte[] records(Map<String, byte[]> pax) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        pax.forEach((key, value) -> {
            int rest = key.length() + value.length + 3;
            int length = rest + Integer.toString(rest).length();
            length = rest + Integer.toString(length).length();
            records.writeBytes((length + " " + key + "=").getBytes(StandardCharsets.UTF_8));
            records.writeBytes(value);
            records.write('\n');
        });
        return records.toByteArray();
    }

    public static byte[] header(
            String name,
            char type,
            String link,
            int mode,
            int uid,
            int gid,
            long mtime,
            int major,
            int minor,
            long size) {
        byte[] header = new byte[512];
        put(header, 0, 100, name);
        put(header, 100, 8, String.format("%07o", mode));
        put(header, 108, 8, String.format("%07o", uid));
        put(header, 116, 8, String.format("%07o", gid));
        put(header, 124, 12, String.format("%011o", size));
        put(header, 136, 12, String.format("%011o", mtime));
        header[156] = (byte) type;
        put(header, 157, 100, link);
        put(header, 257, 8, "ustar\00000");
        put(header, 329, 8, String.format("%07o", major));
        put(header, 337, 8, String.format("%07o", minor));
        sum(header);
        return header;
    }

    /// Puts the right checksum in.
    public static void sum(byte[] header) {
        put(header, 148, 8, "        ");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xFF;
        }
        put(header, 148, 8, String.format("%06o\0 ", sum));
    }

    private static void put(byte[] header, int at, int length, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, header, at, Math.min(length, bytes.length));
    }

    public TarBuilder block(byte[] header, byte[] content) {
        out.writeBytes(header);
        out.writeBytes(content);
        out.writeBytes(new byte[Math.floorMod(-content.length, 512)]);
        return this;
    }

    public byte[] bytes() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(out.toByteArray());
        all.writeBytes(new byte[1024]);
        return all.toByteArray();
    }
}
