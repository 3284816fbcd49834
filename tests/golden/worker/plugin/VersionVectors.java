// SPDX-License-Identifier: Apache-2.0
// Prints versions.json: what Maven says of versions and ranges.
//   java -cp "$(tests/kafka/resolve)/libs/*" tests/golden/worker/plugin/VersionVectors.java
import java.util.ArrayList;
import java.util.List;
import org.apache.maven.artifact.versioning.DefaultArtifactVersion;
import org.apache.maven.artifact.versioning.InvalidVersionSpecificationException;
import org.apache.maven.artifact.versioning.VersionRange;

public class VersionVectors {
    static final String[] VERSIONS = {
        "1", "1.0", "1.0.0", "1-0", "1.0-ga", "1.0.final", "1.0-RELEASE", "1.0-alpha", "1.0-alpha-1", "1.0-alpha1",
        "1.0-a1", "1.0-a", "1.0-beta", "1.0-b2", "1.0-m1", "1.0-milestone", "1.0-rc1", "1.0-cr1", "1.0-RC2",
        "1.0-SNAPSHOT", "1.0-snapshot", "1.0-sp", "1.0-sp1", "1.0-ccs", "1.0-xyz", "1.0-1", "1.0.1", "1.1", "1.9",
        "1.10", "2.0", "2", "10", "4.3.1", "4.3.1-SNAPSHOT", "4.3", "7.5.0-ccs", "7.5.0-2-ccs", "1.0.foo", "1.foo",
        "1foo", "foo", "a b", "0", "00", "01.002", "1..2", "1-", "1.", "1_2", "3.5.1.Final", "0.1.0-alpha.2",
        "99999999999999999999", "100000000000000000000", "1.0.0-20240101.120000-1",
    };
    static final String[] RANGES = {
        "[1.0,2.0)", "(,1.0]", "[1.0]", "[1.0,)", "(1.0,)", "[1.0,2.0],[3.0,)", "[1.0", "(1.0)", "[2.0,1.0]",
        "[1.0,2.0],[1.5,3.0]", "[1,2],[2,3]", "[1,2)(2,3]", "[1,2),x", "[]", "[,]", "(,)", "[1.0,1.0)", "[1.0,1.0]",
        "(1.0,1.0)", "[ 1.0 , 2.0 ]", "[1,2,3]", "[2,1,3]", "[1,2", "[1]]", "[1,2],", "[1,2] , [3,4]", "[1,2)[5,6]",
        "[,1],[2,]", "[1,],[2,3]", "(]", "[1.0-alpha,1.0]",
    };

    static String quote(String s) {
        return "\"" + s.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    public static void main(String[] args) {
        List<String> lines = new ArrayList<>();
        for (String a : VERSIONS) {
            StringBuilder row = new StringBuilder();
            for (String b : VERSIONS) {
                int order = new DefaultArtifactVersion(a).compareTo(new DefaultArtifactVersion(b));
                row.append(order < 0 ? '<' : order > 0 ? '>' : '=');
            }
            lines.add("  {\"version\": " + quote(a) + ", \"order\": " + quote(row.toString()) + "}");
        }
        System.out.println("{\"versions\": [\n" + String.join(",\n", lines) + "\n],\n\"ranges\": [");
        lines.clear();
        for (String spec : RANGES) {
            try {
                VersionRange range = VersionRange.createFromVersionSpec(spec);
                StringBuilder has = new StringBuilder();
                for (String v : VERSIONS)
                    has.append(range.containsVersion(new DefaultArtifactVersion(v)) ? '1' : '0');
                lines.add("  {\"spec\": " + quote(spec) + ", \"text\": " + quote(range.toString()) + ", \"has\": "
                    + quote(has.toString()) + "}");
            } catch (InvalidVersionSpecificationException e) {
                lines.add("  {\"spec\": " + quote(spec) + ", \"error\": " + quote(e.getMessage()) + "}");
            }
        }
        System.out.println(String.join(",\n", lines) + "\n]}");
    }
}
