/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PropertiesVectors - wrote properties.json beside it:
 *
 *   java PropertiesVectors.java > properties.json
 *
 * Hand-picked texts and random ones over an alphabet of everything that means something in
 * a .properties file, each with what java.util.Properties reads from it: as bytes
 * ("latin1") and, where the bytes are UTF-8, through a reader ("utf8").
 */
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.TreeSet;

public class PropertiesVectors {
    static final String[] TEXTS = {
        "", "a", "a=", "a:", "a ", "=", ":", "=b", ":b", " ", "\n", "\r", "\r\n", "\\", "\\\n", "\\\\", "\\\r\n",
        "a=b", "a = b", "a\t:\tb", "a\fb", "a  b", "a b c", "a=b ", "a=b \t\n", " a=b", "\ta=b", "\fa=b",
        "a==b", "a=:b", "a:=b", "a = = b", "a : b : c", "a =b", "a= b", "a b=c", "a   =   b", "a\\ b=c", "a\\=b=c", "a\\:b:c",
        "#a=b", "!a=b", " #a=b", "a=#b", "a=!b", "a#b=c", "#", "!", "#\na=b", "#\\\na=b", "# x\\\ny=z", "a=b#c",
        "a=b\nc=d", "a=b\rc=d", "a=b\r\nc=d", "a=b\n\rc=d", "a=b\n\n\nc=d", "a=1\na=2", "a=1\na", "a=b\n\tc=d",
        "a=b\\\nc", "a=b\\\rc", "a=b\\\r\nc", "a=b\\\n  c", "a=b\\\n\tc", "a=b\\\n\fc", "a=b\\\n\nc=d", "a=b\\\n  \nc=d", "a=b\\\r\n\r\nc=d",
        "a=b\\\\\nc=d", "a=b\\\\\\\nc=d", "a=b\\", "a=b\\\\", "a\\", "a\\\nb=c", "a\\\n=b", "a\\\n b", "a \\\n b", "a\\\n\\\nb=c",
        "\\\n#a=b", "\\\n!a=b", "\\\n a=b", "\\\n\n#a=b", "a=\\\n#b", "a=b\\\n#c", "a=b\\\n!c\nd=e", " \\\n a=b", "\\\n\\\n\\\na=b",
        "a=\\t\\r\\n\\f", "a=\\b\\a\\v\\0\\x\\q\\'\\\"", "\\a=b", "a=\\u0041", "a=\\u00e9", "a=\\u65e5\\u672c", "\\u0061=b", "a\\u003d=b", "a\\u0020b=c", "a=\\u000ab", "a=\\u005cn", "a=\\\\u0041",
        "a=\\uD83D\\uDE00", "a=\\ud83d\\ude00b", "\\uD83D\\uDE00=x", "a=\\uD83D\\\n\\uDE00", "a=\\uD83D\\\n  \\uDE00",
        "a=\\uD83D", "a=\\uDE00", "a=\\uD83Dx", "a=\\uDE00\\uD83D", "a=\\uD83D\\uD83D\\uDE00", "\\uD83D=x", "a\\uD83D=\\uDE00",
        "a=\\u", "a=\\u1", "a=\\u12", "a=\\u123", "a=\\u123g", "a=\\u-123", "a=\\u 123", "a=\\U0041", "a=\\u00\\\n41", "\\u00=41", "\\u123=4", "\\u:", "a=b\nc=\\uzzzz", "a=\\u12\nb=c", "a=\\uFFFF", "a=\\uffFE", "a=\\u007f\\u0080\\u07ff\\u0800",
        "a=\\u0000", "\\u0000=a", "a=\0", "\0=a", "#\0\na=b", "a\0b=c",
        "a=\u00e9", "\u00e9=\u00fc", "a=\u0080\u009f\u00a0\u00ff", "a=\u0085b", "a\u00a0=b", "a=\u000bb", "a\u000bb=c", "\u000ba=b", "\u001c=\u001d",
        "a.b.c=d.e.f", "path=C:\\\\temp\\\\x", "path=C:\\temp\\x", "url=http://h:80/p?q=1#f", "a=b,c\\\n  ,d", "key with spaces=v", "key\\ with\\ spaces=v", "cheeses", "fruits  apple, banana, \\\n    pear", "Truth = Beauty", " Truth:Beauty", "Truth    :Beauty", "sasl.jaas.config=org.X required \\\n  username=\"a\" \\\n  password=\"b=c\";",
        "clusters = A, B\nA.bootstrap.servers = a:9092\nA->B.enabled = true\nA->B.topics = .*\n", "a=b\u001a", "a=\ufeff", "a=b\n \\\n ", "a=b\n\\", "a=b\n\\\\", "\\=\\:", "a\\\\=b", "a\\\\\\=b", "\\ =b", "\\#a=b", "\\!a=b", "a=\\ b", "a=\\\\ b", "a=  \\  b", "a\\\n\\=b", "a=b\n \n\t\n\f\nc=d", "\r\r\na=b\r", "a\rb\nc\r\nd", "a=b\\\r", "a=b\\\n", "a=b\\\n\\", "a=\\\n\\\n\\\n", "=\\\n=", "a\\ \\\n=b",
    };
    static final String[] ALPHABET = {"a", "b", "=", ":", " ", "\t", "\f", "\n", "\r", "\r\n", "\\", "\\", "\\\n", "#", "!", "\\u0041", "\\u00e9", "\\u", "u", "n", "\u00e9", "0"};

    static String text(String s) {
        StringBuilder b = new StringBuilder("\"");
        for (char c : s.toCharArray())
            b.append(c < 0x20 || c > 0x7e || c == '"' || c == '\\' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
        return b.append('"').toString();
    }

    static boolean holdable(String s) { /* in UTF-8, and without NUL */
        return s.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(s);
    }

    static String read(byte[] bytes, boolean utf8) {
        Properties p = new Properties();
        StringBuilder b = new StringBuilder();
        try {
            if (utf8)
                p.load(new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8.newDecoder()));
            else
                p.load(new ByteArrayInputStream(bytes));
        } catch (IOException | IllegalArgumentException e) {
            return "\"error\"";
        }
        for (String key : new TreeSet<>(p.stringPropertyNames())) {
            if (!holdable(key) || !holdable(p.getProperty(key)))
                return "\"unholdable\"";
            b.append(b.length() == 0 ? "" : ",").append(text(key)).append(":").append(text(p.getProperty(key)));
        }
        return "{" + b + "}";
    }

    public static void main(String[] args) {
        List<byte[]> inputs = new ArrayList<>();
        for (String s : TEXTS) {
            boolean latin1 = s.chars().allMatch(c -> c < 256);
            if (latin1)
                inputs.add(s.getBytes(StandardCharsets.ISO_8859_1));
            if (!latin1 || s.chars().anyMatch(c -> c > 127))
                inputs.add(s.getBytes(StandardCharsets.UTF_8));
        }
        for (String s : new String[] {"a=\ud83d\ude00", "\u65e5=\u672c", "a=\ud83d\ude00\\\n\ud83d\ude00", "#\ud83d\ude00\na=\u00e9"})
            inputs.add(s.getBytes(StandardCharsets.UTF_8));
        for (String hex : new String[] {"613dc0af", "613de0809f", "613deda080", "613df4908080", "613df8", "613d80", "613dc3", "613de282", "23ff0a613d62", "613d620affff", "613df0808080", "5cc3a93d62"})
            inputs.add(HexFormat.of().parseHex(hex));
        Random random = new Random(42);
        for (int i = 0; i < 500; i++) {
            StringBuilder b = new StringBuilder();
            for (int n = 2 + random.nextInt(14); n > 0; n--)
                b.append(ALPHABET[random.nextInt(ALPHABET.length)]);
            inputs.add(b.toString().getBytes(i % 2 == 0 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8));
        }
        System.out.println("{\"about\":\"in: bytes in hex; latin1, utf8: what java.util.Properties of JDK " + System.getProperty("java.version")
            + " reads; 'error': an exception; 'unholdable': a NUL or half a surrogate pair in a key or value\",\"rows\":[");
        for (int i = 0; i < inputs.size(); i++)
            System.out.println("{\"in\":\"" + HexFormat.of().formatHex(inputs.get(i)) + "\",\"latin1\":" + read(inputs.get(i), false)
                + ",\"utf8\":" + read(inputs.get(i), true) + "}" + (i + 1 < inputs.size() ? "," : ""));
        System.out.println("]}");
    }
}
