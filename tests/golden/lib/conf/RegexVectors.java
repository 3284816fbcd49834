/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RegexVectors - wrote regex.json beside it:
 *
 *   java RegexVectors.java > regex.json
 *
 * Patterns, hand-picked and random, and which of the texts Pattern.matches() accepts, one
 * digit each; null where Java refuses the pattern. "outside": Java's, but not of our dialect.
 */
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

public class RegexVectors {
    static final String[] TEXTS = {"", "a", "b", "ab", "abc", "aa", "aaa", "aab", "A", "AB", "-", ".", "a.b", "a-b", "a_b", "]", "[", "^", "a]", "&", "a&b", "{", "}", "a{1", "2}", "a{1,2}", "1", "12", "a1", "\\",
        " ", "\t", "\n", "a\n", "a\nb", "a\r\n", "\u000b", "\f", "\u0085", "\u2028", "\u00e9", "\u00c9", "\u65e5\u672c", "\ud83d\ude00", "\u0661", "\u00a0", "#", "a b", "heartbeats", "us-east.heartbeats", "mm2-offset-syncs.b.internal",
        "__consumer_offsets", "topic.internal", "topic.replica", "console-consumer-1", "connect-a", "orders.eu", "abcabc", "abab", "E", "Q", "Ea", "~", "_", "$", "a$", "(", "a|b", "!", "/", "\u0001", "z", "Z", "09", "/abc"};
    static final String[] PATTERNS = {"", "a", "ab", "a|b", "a|ab", "ab|a", "(a|ab)(c|bcd)?", ".*", ".+", ".", "..", "a.b", "a\\.b", "[ab]", "[^ab]", "[a-c]+", "[a-]", "[-a]", "[]a]", "[^]a]", "[]", "[^]", "[a", "a]", "]", "}", "a}", "{", "a{", "a{1", "2}", "a{1|2}", "a{1}", "a{1,}", "a{1,2}", "a{,2}", "a{2,1}", "a{x}", "{2}",
        "a*", "a+", "a?", "a*?", "a++", "a?+", "a*+a", "a**", "a+++", "*", "+a", "?", "a|*", "(*)", "(", ")", "(a", "a)", "()", "(?:)", "(?:a|b)+", "(a)\\1", "(a)(b)\\2", "\\1", "(a)\\2", "(a)\\11", "(?<x>a)\\k<x>", "(?<x>a)\\k<y>", "(?<1x>a)", "(?<x>a", "\\k<x>", "\\k", "(?P<x>a)", "(?'x'a)", "(?R)", "(?|a|b)", "(?#c)a", "(?C1)a", "(?(1)a|b)", "(?&x)", "(?>a*)b", "(?=a)ab", "(?!a)b", "(?<=a)b", "a(?<=a)b", "a(?<!b)b", "(?<=a|bc)", "(?i)a", "(?i)ab", "(?i:a)b", "(?-i)a", "(?i-i)a", "a(?i)b|c", "(?s).", "(?s).*", "(?m)a$\\nb", "(?u)a", "(?iu)\u00e9", "(?u:a)", "(?im-s)a.*", "(?z)a", "(?i", "(?", "(?)", "(?-)a", "(?i-)a",
        "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\h", "\\H", "\\v", "\\V", "\\R", "\\n", "\\t", "\\r", "\\f", "\\a", "\\e", "\\x41", "\\x4", "\\x", "\\x{41}", "\\x{1F600}", "\\x{}", "\\x{110000}", "\\x{4", "\\u0041", "\\u004", "\\u00e9", "\\uD83D\\uDE00", "\\0101", "\\0", "\\08", "\\0377", "\\0400", "\\07", "\\cA", "\\ca", "\\c", "\\\\", "\\", "a\\", "\\.", "\\-", "\\_", "\\ ", "\\/", "\\\u00e9", "\\i", "\\y", "\\j", "\\l", "\\L", "\\U", "\\g1", "\\K", "\\C", "\\N", "\\E", "\\Qa.b\\E", "\\Qa.b", "\\Q\\E", "\\Q(\\E", "\\Qa\\E+", "\\Qab\\E+", "\\Q\\\\E", "x\\Q*\\E", "[\\Q]\\E]", "[\\Qab\\E]", "[\\Q^\\E]", "[^\\Qa\\E]",
        "\\p{Alpha}", "\\p{Lower}", "\\P{Lower}", "\\p{Upper}", "\\p{ASCII}", "\\p{Digit}", "\\p{Alnum}", "\\p{Punct}", "\\p{Graph}", "\\p{Print}", "\\p{Blank}", "\\p{Cntrl}", "\\p{XDigit}", "\\p{Space}", "[\\p{Alpha}_]+", "[^\\p{Alpha}]", "[\\P{Alpha}]", "\\pL", "\\PL", "\\p{L}+", "\\p{Lu}", "\\p{IsL}", "\\p{IsAlphabetic}", "\\p{IsLatin}", "\\p{IsHan}+", "\\p{gc=Lu}", "\\p{general_category=Ll}", "\\p{sc=Latin}", "\\p{script=Han}+", "\\p{IsUppercase}", "\\p{IsWhite_Space}", "\\p{Nd}", "\\p{Foo}", "\\p{IsFoo}", "\\p", "\\p{", "\\p{}", "\\p{L", "\\p{x=y}", "(?i)\\p{Lower}",
        "[\\d]", "[\\d-]", "[\\w-.]+", "[\\w-a]", "[\\w-]", "[-\\w]", "[a\\w-c]+", "[\\p{Alpha}-_]+", "a{2}{3}", "a{2}{3}?", "{2,1}", "(a){2}{1}+", "[a\\-z]", "[a-c-e]", "[--/]", "[+--]", "[c-a]", "[\\n\\t ]", "[\\]]", "[\\[]", "[\\\\]", "[a^]", "[\\^]", "[a&]", "[&a]", "[a&b]", "[\\&&]", "[.]", "[*+?{}()|$]", "[\\x41-\\x43]", "[\\u0041]", "[\u00e9]", "[\u00e0-\u00ff]", "[^\u00e9]", "[\ud83d\ude00]", "[\\b]", "[\\1]", "[\\R]", "[\\k]", "[\\A]", "[\\0101]", "[\\cA]", "[ ]", "[a ]", "[#]", "[\\h]", "[\\v]", "[\\s\\S]*", "[^\\s]", "[\\w&&]",
        "^a$", "^", "$", "^$", "a$", "a$b", "\\Aa\\z", "\\Aa\\Z", "a\\Z", "\\Ga", "\\ba\\b", "a\\Bb", "a\\b.b", "a#b", "a b", "a|", "|a", "||", "(|a)b", "a&&b", "~", "a.{3}", ".{2,3}", "(ab)+", "(ab){2}", "(a|b)*c", "((a)(b))\\3", "(?:a(?:b(?:c)?)?)?", "\u65e5.", "..", "\ud83d\ude00+",
        ".*[\\-\\.]internal", ".*\\.replica", "__.*", "console-consumer-.*", "connect-.*", "heartbeats", ".*\\.heartbeats", "mm2.*\\.internal", ".*[-.]internal|.*\\.replica|__.*", "orders\\.(eu|us)", "(?!__).*", "^(?!.*internal).*$", "[a-zA-Z0-9._-]+", "a.*z|[^a].*", "*.foo", "foo*", "orders.*", ".*-consumer-\\d+"};
    static final String[] OUTSIDE = {"(?)", "[\\w&&]", "(?x)a b", "(?d).", "(?U)\\w", "(?x:a )", "^*a", "\\b?a", "\\N{LATIN SMALL LETTER A}", "\\p{InGreek}", "\\p{javaLowerCase}", "(?<=a{1,2})b", "\\X", "\\b{g}a", "\\p{L1}", "\\1", "(a)\\2", "$*", "(?<=a+)b"};
    static final String[] CLASSES = {"[a[b]]", "[[a]]", "[a-c&&[b]]", "[a-z&&[^b]]+", "[[:alpha:]]", "[:alpha:]+", "[a[bc][1]]+", "[a-c[^a-z]]", "[^a[b]]", "[^[ab]]", "[a-z&&b-z&&[^c]]+", "[\\w&&[^\\d_]]+", "[\\w&&[^\\d]&&[^a]]", "[^a-z&&[abc]]", "[a&&b]", "[[a-c]&&[^b]]+", "[a-c&&[ab[c]]]+", "[\\p{Alpha}&&[^ab]]", "[.[-]]", "[a[.]b]+", "[[^a][b]]", "[a&&[^a]]", "(?i)[a-z&&[^b]]+", "[a[b]]{2}", "[a[b]]*+", "(?<=[a&&[ab]])b", "a(?<=[a-z&&[^b]])b", "[.=:]", "[[.]]", "[a-z&&[^aeiou]]+\\.[a-z0-9&&[^x]]", "[a-zA-Z0-9._-&&[^_]]+", "[a-z[-.]]+"};
    static final String[] MEMBERS = {"a", "b", "c", "a-c", "b-d", "&&", "&&", "[", "[^", "]", "]", "\\d", "\\w", "-", "&", "^", "[a-c]", "[^b]", "[bc]", "1", "_", "\\p{Alpha}", ".", ":"};
    static final String[] TOKENS = {"a", "b", "c", "1", ".", "*", "+", "?", "|", "(", ")", "(?:", "[ab]", "[^a]", "[a-c]", "\\.", "\\d", "\\w", "{1}", "{1,2}", "-", "_", "(?=", "(?!", "a", "b", "(a)", "(ab)", "\\\\", "}", "]"};

    static String json(String s) {
        StringBuilder b = new StringBuilder("\"");
        for (char c : s.toCharArray())
            b.append(c < 0x20 || c > 0x7e || c == '"' || c == '\\' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
        return b.append('"').toString();
    }

    /* Where a "]" would end the class, it is left out; what is open in the end is closed. */
    static String randomClass(Random random) {
        StringBuilder b = new StringBuilder(random.nextInt(4) == 0 ? "[^" : "[");
        int depth = 1;
        for (int n = 1 + random.nextInt(7); n > 0; n--) {
            String member = MEMBERS[random.nextInt(MEMBERS.length)];
            if (member.equals("]") && depth == 1)
                continue;
            depth += member.equals("[") || member.equals("[^") ? 1 : member.equals("]") ? -1 : 0;
            b.append(member);
        }
        return b.append("]".repeat(depth)).toString();
    }

    static String row(String pattern, boolean outside) {
        StringBuilder b = new StringBuilder("{\"pattern\":" + json(pattern) + (outside ? ",\"outside\":true" : "") + ",\"matches\":");
        try {
            Pattern p = Pattern.compile(pattern);
            StringBuilder digits = new StringBuilder();
            for (String text : TEXTS)
                digits.append(p.matcher(text).matches() ? '1' : '0');
            return b.append('"').append(digits).append("\"}").toString();
        } catch (PatternSyntaxException | NullPointerException e) { // the latter of a class without members
            return b.append("null}").toString();
        }
    }

    public static void main(String[] args) {
        List<String> rows = new ArrayList<>();
        for (String p : PATTERNS)
            rows.add(row(p, List.of(OUTSIDE).contains(p)));
        for (String p : OUTSIDE)
            rows.add(row(p, true));
        Random random = new Random(11);
        while (rows.size() < 1100) {
            StringBuilder b = new StringBuilder();
            for (int n = 1 + random.nextInt(7); n > 0; n--)
                b.append(TOKENS[random.nextInt(TOKENS.length)]);
            String r = row(b.toString(), false);
            if (!r.endsWith("null}") || random.nextInt(8) == 0)
                rows.add(r);
        }
        for (String p : CLASSES)
            rows.add(row(p, false));
        for (int n = 0; n < 400; n++)
            rows.add(row(randomClass(random), true));
        System.out.println("{\"about\":\"java.util.regex of JDK " + System.getProperty("java.version") + ": one digit per text\",\"texts\":[");
        for (int i = 0; i < TEXTS.length; i++)
            System.out.println(json(TEXTS[i]) + (i + 1 < TEXTS.length ? "," : "],\"rows\":["));
        System.out.println(String.join(",\n", rows) + "\n]}");
    }
}
