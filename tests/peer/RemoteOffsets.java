/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RemoteOffsets BOOTSTRAP ALIAS GROUP: what Java's RemoteClusterUtils makes of the checkpoints that a mirror
 * from cluster ALIAS has written: a line "offset TOPIC PARTITION OFFSET" for each partition of the group.
 */

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.connect.mirror.RemoteClusterUtils;

public class RemoteOffsets {
    public static void main(String[] args) throws Exception {
        Map<String, Object> client = Map.of("bootstrap.servers", args[0]);
        RemoteClusterUtils.translateOffsets(client, args[1], args[2], Duration.ofSeconds(20)).forEach((tp, offset) ->
            System.out.println("offset " + tp.topic() + " " + tp.partition() + " " + offset.offset()));
        System.out.println("hops " + RemoteClusterUtils.replicationHops(client, args[1]));
        System.out.println("upstream " + String.join(",", RemoteClusterUtils.upstreamClusters(client)));
    }
}
