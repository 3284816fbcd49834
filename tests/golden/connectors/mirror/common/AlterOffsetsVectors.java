/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AlterOffsetsVectors - wrote alter-offsets.json beside it, with the jars of Kafka in L:
 *
 *   java -cp "$L/*" AlterOffsetsVectors.java > alter-offsets.json
 *
 * What alterOffsets() of the three connectors says to one change, good or bad.
 */
import java.util.*;
import org.apache.kafka.connect.source.SourceConnector;
import org.apache.kafka.connect.mirror.*;

public class AlterOffsetsVectors {
    static Map<String, Object> m(Object... kv) {
        Map<String, Object> r = new LinkedHashMap<>();
        for (int i = 0; i < kv.length; i += 2) r.put((String) kv[i], kv[i + 1]);
        return r;
    }
    static String json(Object o) {
        if (o == null) return "null";
        if (o instanceof Map<?, ?> x) {
            StringBuilder b = new StringBuilder("{");
            for (var e : x.entrySet()) { if (b.length() > 1) b.append(","); b.append(json(e.getKey())).append(":").append(json(e.getValue())); }
            return b.append("}").toString();
        }
        if (o instanceof List<?> x) {
            StringBuilder b = new StringBuilder("[");
            for (var e : x) { if (b.length() > 1) b.append(","); b.append(json(e)); }
            return b.append("]").toString();
        }
        if (o instanceof String s) return "\"" + s.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
        return o.toString();
    }
    static boolean first = true;
    static void run(String name, SourceConnector c, Map<String, Object> partition, Map<String, Object> offset) {
        Map<Map<String, ?>, Map<String, ?>> offsets = new HashMap<>();
        offsets.put(partition, offset);
        String r;
        try { r = "\"handled\": " + c.alterOffsets(Map.of(), offsets); }
        catch (Throwable t) { r = "\"error\": " + json(t.getMessage()); }
        System.out.print((first ? "[\n" : ",\n") + "{\"connector\": \"" + name + "\", \"partition\": " + json(partition) + ", \"offset\": " + json(offset) + ", " + r + "}");
        first = false;
    }
    public static void main(String[] a) {
        SourceConnector[] cs = {new MirrorSourceConnector(), new MirrorCheckpointConnector(), new MirrorHeartbeatConnector()};
        String[] names = {"source", "checkpoint", "heartbeat"};
        String[][] strs = {{"cluster", "topic"}, {"group", "topic"}, {"sourceClusterAlias", "targetClusterAlias"}};
        Object[] vals = {null, 1L, 3.5, "text", "", true, List.of("a"), Map.of("x", 1L)};
        Object[] nums = {null, 0L, -1L, 2147483647L, 2147483648L, 9223372036854775807L, 3.5, 5.0, "0", true, List.of(1L), m("x", 1L)};
        Object[] offs = {null, 0L, 1L, -1L, 2147483648L, 9223372036854775807L, 0.0, 3.5, "0", true, List.of(0L), m("x", 1L)};
        for (int i = 0; i < 3; i++) {
            Map<String, Object> good = i < 2 ? m(strs[i][0], "A", strs[i][1], "t", "partition", 0L) : m(strs[i][0], "A", strs[i][1], "B");
            run(names[i], cs[i], null, m("offset", 0L));
            run(names[i], cs[i], null, null);
            run(names[i], cs[i], m(), null);
            run(names[i], cs[i], m(), m("offset", 0L));
            run(names[i], cs[i], good, null);
            run(names[i], cs[i], good, m());
            run(names[i], cs[i], good, m("x", 1L));
            run(names[i], cs[i], good, m("offset", 0L, "more", "x"));
            Map<String, Object> more = new LinkedHashMap<>(good); more.put("more", 1L);
            run(names[i], cs[i], more, m("offset", 0L));
            for (String k : strs[i]) {
                Map<String, Object> p = new LinkedHashMap<>(good); p.remove(k);
                run(names[i], cs[i], p, m("offset", 0L));
                for (Object v : vals) { p = new LinkedHashMap<>(good); p.put(k, v); run(names[i], cs[i], p, m("offset", 0L)); }
            }
            if (i < 2) {
                Map<String, Object> p = new LinkedHashMap<>(good); p.remove("partition");
                run(names[i], cs[i], p, m("offset", 0L));
                for (Object v : nums) { p = new LinkedHashMap<>(good); p.put("partition", v); run(names[i], cs[i], p, m("offset", 0L)); }
            }
            for (Object v : offs) run(names[i], cs[i], good, m("offset", v));
            // order of checks
            run(names[i], cs[i], m(), m("offset", -1L));
            run(names[i], cs[i], null, m("offset", -1L));
        }
        System.out.println("\n]");
    }
}
