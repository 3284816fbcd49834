/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OffsetFetchVectors - wrote offset-fetch.json beside it, with the jars of Kafka 4.3.1 in L:
 *
 *   java -cp "$L/*" OffsetFetchVectors.java > offset-fetch.json
 *
 * Requests and responses about many groups: FindCoordinator 4-6, OffsetFetch 8-9, ListGroups 0-5, without headers.
 */
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.message.*;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;

public class OffsetFetchVectors {
    static boolean first = true;

    static void row(String api, int v, String kind, ApiMessage data, Object json) {
        var b = MessageUtil.toByteBufferAccessor(data, (short) v).buffer();
        byte[] bytes = new byte[b.remaining()];
        b.get(bytes);
        System.out.print((first ? "[\n" : ",\n") + "{\"api\":\"" + api + "\",\"version\":" + v + ",\"kind\":\"" + kind
            + "\",\"fields\":" + json + ",\"hex\":\"" + HexFormat.of().formatHex(bytes) + "\"}");
        first = false;
    }

    public static void main(String[] a) {
        for (short v = 4; v <= 6; v++) {
            var q = new FindCoordinatorRequestData().setKeyType((byte) 0).setCoordinatorKeys(List.of("group-a", "gr\u00fcppe", ""));
            row("FindCoordinator", v, "request", q, FindCoordinatorRequestDataJsonConverter.write(q, v));
            var r = new FindCoordinatorResponseData().setThrottleTimeMs(7).setCoordinators(List.of(
                new FindCoordinatorResponseData.Coordinator().setKey("group-a").setNodeId(3).setHost("broker-3").setPort(9092),
                new FindCoordinatorResponseData.Coordinator().setKey("gr\u00fcppe").setNodeId(-1).setHost("").setPort(-1).setErrorCode((short) 15).setErrorMessage("not there")));
            row("FindCoordinator", v, "response", r, FindCoordinatorResponseDataJsonConverter.write(r, v));
        }
        for (short v = 8; v <= 9; v++) {
            for (boolean stable : new boolean[]{false, true}) {
                var q = new OffsetFetchRequestData().setRequireStable(stable).setGroups(List.of(
                    new OffsetFetchRequestData.OffsetFetchRequestGroup().setGroupId("group-a").setTopics(null),
                    new OffsetFetchRequestData.OffsetFetchRequestGroup().setGroupId("gr\u00fcppe").setTopics(null)));
                row("OffsetFetch", v, "request", q, OffsetFetchRequestDataJsonConverter.write(q, v));
            }
            var r = new OffsetFetchResponseData().setThrottleTimeMs(7).setGroups(List.of(
                new OffsetFetchResponseData.OffsetFetchResponseGroup().setGroupId("group-a").setTopics(List.of(
                    new OffsetFetchResponseData.OffsetFetchResponseTopics().setName("orders").setPartitions(List.of(
                        new OffsetFetchResponseData.OffsetFetchResponsePartitions().setPartitionIndex(0).setCommittedOffset(5).setCommittedLeaderEpoch(2).setMetadata(""),
                        new OffsetFetchResponseData.OffsetFetchResponsePartitions().setPartitionIndex(3).setCommittedOffset(-1).setCommittedLeaderEpoch(-1).setMetadata(null).setErrorCode((short) 88))),
                    new OffsetFetchResponseData.OffsetFetchResponseTopics().setName("payments").setPartitions(List.of(
                        new OffsetFetchResponseData.OffsetFetchResponsePartitions().setPartitionIndex(1).setCommittedOffset(1L << 40).setMetadata("note"))))),
                new OffsetFetchResponseData.OffsetFetchResponseGroup().setGroupId("gr\u00fcppe").setErrorCode((short) 16),
                new OffsetFetchResponseData.OffsetFetchResponseGroup().setGroupId("none")));
            row("OffsetFetch", v, "response", r, OffsetFetchResponseDataJsonConverter.write(r, v));
        }
        for (short v = 0; v <= 5; v++) {
            var q = new ListGroupsRequestData();
            row("ListGroups", v, "request", q, ListGroupsRequestDataJsonConverter.write(q, v));
            var groups = new java.util.ArrayList<ListGroupsResponseData.ListedGroup>();
            for (String[] g : new String[][]{{"group-a", "consumer", "Stable", "classic"}, {"gr\u00fcppe", "", "Empty", "classic"},
                                             {"", "connect", "PreparingRebalance", "classic"}, {"new", "consumer", "Reconciling", "consumer"}}) {
                var one = new ListGroupsResponseData.ListedGroup().setGroupId(g[0]).setProtocolType(g[1]);
                groups.add(v < 4 ? one : v < 5 ? one.setGroupState(g[2]) : one.setGroupState(g[2]).setGroupType(g[3]));
            }
            var r = new ListGroupsResponseData().setErrorCode((short) 14).setGroups(groups);
            if (v > 0) r.setThrottleTimeMs(7);
            row("ListGroups", v, "response", r, ListGroupsResponseDataJsonConverter.write(r, v));
        }
        System.out.println("\n]");
    }
}
