/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ConfigDefVectors - wrote configdef-values.json beside it, with Apache Kafka 4.3.1:
 *
 *   java -cp 'kafka_2.13-4.3.1/libs/*' ConfigDefVectors.java > configdef-values.json
 *
 * One key "k" per row, of a type, with a validator and a default, and one value for it:
 * what ConfigDef.parse() and ConfigDef.validate() make of it.
 */
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;

public class ConfigDefVectors {
    static final String ABSENT = "<absent>";
    static boolean first = true;

    static String json(Object o) {
        if (o == null)
            return "null";
        if (o instanceof List<?> l) {
            StringBuilder b = new StringBuilder("[");
            for (Object e : l)
                b.append(b.length() == 1 ? "" : ",").append(json(e));
            return b.append("]").toString();
        }
        if (o instanceof Boolean || o instanceof Number)
            return o.toString();
        StringBuilder b = new StringBuilder("\"");
        for (char c : o.toString().toCharArray())
            b.append(c < 0x20 || c > 0x7e || c == '"' || c == '\\' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
        return b.append('"').toString();
    }

    static String member(String name, Object value) {
        return json(name) + ":" + json(value);
    }

    /* kind and arguments in words that the C side reads; the validator itself */
    record Check(String kind, Long min, Long max, List<String> strings, boolean notEmpty, boolean allowNull, ConfigDef.Validator validator) {
        String text() {
            return "{" + member("kind", kind) + "," + member("min", min) + "," + member("max", max) + "," + member("strings", strings)
                + "," + member("not_empty", notEmpty) + "," + member("allow_null", allowNull) + "}";
        }
    }

    static Check range(Long min, Long max) {
        return new Check("range", min, max, null, false, false,
            min == null ? null : max == null ? ConfigDef.Range.atLeast(min) : ConfigDef.Range.between(min, max));
    }

    static Check oneOf(String... s) {
        return new Check("one_of", null, null, List.of(s), false, false, ConfigDef.ValidString.in(s));
    }

    static Check anyCase(String... s) {
        return new Check("one_of_any_case", null, null, List.of(s), false, false, ConfigDef.CaseInsensitiveValidString.in(s));
    }

    static Check plain(String kind, ConfigDef.Validator v) {
        return new Check(kind, null, null, null, false, false, v);
    }

    static Check list(boolean notEmpty, boolean allowNull) {
        return new Check("list", null, null, null, notEmpty, allowNull, ConfigDef.ValidList.anyNonDuplicateValues(!notEmpty, allowNull));
    }

    static Check listOf(boolean notEmpty, String... s) {
        return new Check("list", null, null, List.of(s), notEmpty, false, ConfigDef.ValidList.in(!notEmpty, s));
    }

    static void row(Type type, Check check, Object fallback, boolean required, String value) {
        ConfigDef def = new ConfigDef();
        Map<String, String> props = new HashMap<>();
        StringBuilder b = new StringBuilder(first ? "" : ",\n");
        first = false;
        b.append("{").append(member("type", type)).append(",").append(json("validator")).append(":").append(check == null ? "null" : check.text());
        b.append(",").append(member("required", required)).append(",").append(member("default", fallback));
        if (value != ABSENT) {
            props.put("k", value);
            b.append(",").append(member("value", value));
        }
        try {
            def.define("k", type, required ? ConfigDef.NO_DEFAULT_VALUE : fallback, check == null ? null : check.validator(), Importance.LOW, "");
        } catch (ConfigException e) {
            System.out.print(b + "," + member("define_error", e.getMessage()) + "}");
            return;
        }
        if (check != null)
            b.append(",").append(member("valid_values", check.validator().toString()));
        try {
            Object parsed = def.parse(props).get("k");
            b.append(",").append(member("parsed", ConfigDef.convertToString(parsed, type)));
        } catch (ConfigException e) {
            b.append(",").append(member("error", e.getMessage()));
        }
        ConfigValue v = def.validate(props).get(0);
        b.append(",").append(member("validated", ConfigDef.convertToString(v.value(), type))).append(",").append(member("errors", v.errorMessages())).append("}");
        System.out.print(b);
    }

    static void rows(Type type, Check check, Object fallback, boolean required, String... values) {
        row(type, check, fallback, required, ABSENT);
        row(type, check, fallback, required, null);
        for (String value : values)
            row(type, check, fallback, required, value);
    }

    public static void main(String[] args) {
        System.out.println("{\"about\":\"written by ConfigDefVectors.java with Apache Kafka 4.3.1\",\"rows\":[");
        String[] numbers = {"", " ", "0", "-0", "+0", "1", " 1 ", "\t1\n", "+1", "-1", "--1", "+-1", "- 1", "1 1", "1.0", "1e3", "0x1", "01", "-", "+", "1_000", "1,000", "127", "128",
            "32767", "32768", "-32768", "-32769", "2147483647", "2147483648", "-2147483648", "-2147483649", "9223372036854775807", "9223372036854775808",
            "-9223372036854775808", "-9223372036854775809", "99999999999999999999999999", "00000000000000000000000000001", "\u0661\u0662", "\uff15", "\u0967", "1L", "1d", "\u00a01", "\u00b2", "\ud835\udfce", "true", "\u001f5\u0000"};
        for (Type t : new Type[] {Type.INT, Type.SHORT, Type.LONG})
            for (String n : numbers)
                if (n.indexOf('\0') < 0)
                    row(t, null, null, false, n);
        String[] doubles = {"", "1", "1.5", ".5", "5.", ".", "1e3", "1E-3", "1e", "1e+", "1d", "1f", "1D", "1.0F", "1L", "1dd", "NaN", "+NaN", "-NaN", "nan", "NaNd", "Infinity", "-Infinity", "inf", "infinity",
            "0x1p3", "0x1.8p1f", "0X.8P0", "0x1", "0x.p1", "0x1p", "0xAbC.dEfp1", "0x1p-2000", "1e400", "-1e400", "1e-400", "-0", "0.1", "100", "1234567.125", "12345678.9", "0.001", "0.00099", "1 2", " 1.5 ", "\uff11", "1_0", "+1", "--1", "0.25", "0.250001", "1e99999999999999"};
        for (String d : doubles)
            row(Type.DOUBLE, null, null, false, d);
        for (String s : new String[] {"true", "TRUE", "tRuE", " false ", "False", "yes", "1", "0", "", "truee", "tru", "t", "\u0131"})
            row(Type.BOOLEAN, null, null, false, s);
        for (String s : new String[] {"", " ", "x", " x y ", "\u00a0x", "\u001fx\u0001", "\u00e9", "a\nb"})
            for (Type t : new Type[] {Type.STRING, Type.PASSWORD})
                row(t, null, null, false, s);
        for (String s : new String[] {"", "  ", ",", ",,", " , ", "a", "a,b", "a, b ,c", ",a,", "a,,b", "a , , b", "a b", "a\n,\tb", "a\u000b,\fb", "a\u00a0,b", " a ,b ", "a;b", "a,a", "a, a", ",a,,a", "x,y,x,z,y"})
            row(Type.LIST, null, null, false, s);
        for (Type t : new Type[] {Type.INT, Type.SHORT, Type.LONG, Type.DOUBLE, Type.BOOLEAN, Type.STRING, Type.LIST, Type.PASSWORD}) {
            rows(t, null, null, true);
            rows(t, null, null, false);
        }
        String[] bounded = {"x", "-2", "-1", "0", "1", "10", "11", " 5 ", "9223372036854775807"};
        for (Check c : List.of(range(0L, null), range(1L, null), range(-1L, 10L), range(0L, 2147483647L)))
            for (Type t : new Type[] {Type.INT, Type.SHORT, Type.LONG}) {
                Object one = t == Type.INT ? (Object) 1 : t == Type.SHORT ? (Object) (short) 1 : (Object) 1L;
                rows(t, c, one, false, bounded);
                rows(t, c, null, true, "0");
                rows(t, c, null, false);
            }
        rows(Type.DOUBLE, range(0L, 10L), 0.5, false, "x", "-0.1", "0", "10", "10.5", "NaN", "1e400");
        rows(Type.STRING, oneOf("none", "all"), "none", false, "none", " all ", "ALL", "", "some", "none,all");
        rows(Type.STRING, oneOf("none", "all"), null, true, "x");
        rows(Type.STRING, oneOf("one"), "one", false, "two");
        for (Check c : List.of(anyCase("disabled", "preparing", "enabled"), anyCase("required", "requested"), anyCase("poll", "connector", "interval"), anyCase("base64", "numeric"),
            anyCase("only_scan", "service_load", "hybrid_warn", "hybrid_fail"), anyCase("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"), anyCase("a", "b", "c", "q", "r", "1", "x1", "y2", "z3", "foo", "bar", "baz", "qux", "quux")))
            rows(Type.STRING, c, c.strings().get(0), false, c.strings().get(0), " " + c.strings().get(0).toUpperCase() + " ", "", "x-y");
        rows(Type.STRING, anyCase("poll", "connector"), null, true, "POLL");
        rows(Type.STRING, plain("non_empty", new ConfigDef.NonEmptyString()), "d", false, "", "  ", "x");
        rows(Type.STRING, plain("non_empty", new ConfigDef.NonEmptyString()), null, true, "", "x");
        rows(Type.STRING, plain("non_empty_no_control", ConfigDef.NonEmptyStringWithoutControlChars.nonEmptyStringWithoutControlChars()), null, true, "", " \n ", "x", "a\u0001\nb", "a\u007fb", "a\u0085\u009fb\u00a0", "\u00e9\u2028");
        rows(Type.STRING, plain("non_null", new ConfigDef.NonNullValidator()), "d", false, "", "x");
        rows(Type.STRING, plain("non_null", new ConfigDef.NonNullValidator()), null, true, "x");
        rows(Type.LIST, plain("non_null", new ConfigDef.NonNullValidator()), List.of(), false, "", "x");
        rows(Type.PASSWORD, plain("non_null", new ConfigDef.NonNullValidator()), null, true, "x");
        String[] lists = {"", " ", "a", "a,b", "a,a", "a,b,a,c,b", "a,,b", ",", "a,,", "c", "x", "a,x", "x,x"};
        for (boolean notEmpty : new boolean[] {false, true}) {
            for (boolean allowNull : new boolean[] {false, true}) {
                rows(Type.LIST, list(notEmpty, allowNull), List.of("a"), false, lists);
                rows(Type.LIST, list(notEmpty, allowNull), null, true, lists);
                rows(Type.LIST, list(notEmpty, allowNull), null, false);
            }
            rows(Type.LIST, listOf(notEmpty, "a", "b"), List.of("a"), false, lists);
            rows(Type.LIST, listOf(notEmpty, "a", "b"), null, true, "b,b", "x");
        }
        System.out.println("\n]}");
    }
}
