/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MessageVectors - wrote messages.json beside it, with Apache Kafka 4.3.1:
 *
 *   java -cp 'kafka_2.13-4.3.1/libs/*' MessageVectors.java > messages.json
 *
 * For every request that Tern speaks and every version that Kafka's classes have: a request as
 * fields and as bytes with its header, and some responses as bytes without theirs, and as fields.
 */
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.*;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.RequestHeader;

public class MessageVectors {
    static final StringBuilder out = new StringBuilder();
    static boolean first = true;

    static String hex(ByteBuffer b) {
        byte[] bytes = new byte[b.remaining()];
        b.get(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    static void row(String api, int version, String kind, String name, String json, String hex) {
        out.append(first ? "" : ",\n").append(String.format(
            "{\"api\":\"%s\",\"version\":%d,\"kind\":\"%s\",\"name\":\"%s\",\"fields\":%s,\"hex\":\"%s\"}",
            api, version, kind, name, json, hex));
        first = false;
    }

    static byte[] bytes(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    static void request(ApiKeys key, short v, String name, ApiMessage data, Object json) {
        RequestHeader header = new RequestHeader(key, v, "connect-h:1", 0x01020304);
        ByteBuffer head = MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion()).buffer();
        row(key.name, v, "request", name, json.toString(), hex(head) + hex(MessageUtil.toByteBufferAccessor(data, v).buffer()));
    }

    static void response(ApiKeys key, short v, String name, ApiMessage data, Object json) {
        row(key.name, v, "response", name, json.toString(), hex(MessageUtil.toByteBufferAccessor(data, v).buffer()));
    }

    static void apiVersions(short v) {
        ApiVersionsRequestData q = new ApiVersionsRequestData();
        if (v >= 3)
            q.setClientSoftwareName("tern").setClientSoftwareVersion("1.0.0");
        request(ApiKeys.API_VERSIONS, v, "plain", q, ApiVersionsRequestDataJsonConverter.write(q, v));
        ApiVersionsResponseData r = new ApiVersionsResponseData();
        for (int i = 0; i < 3; i++)
            r.apiKeys().add(new ApiVersionsResponseData.ApiVersion().setApiKey((short) (10 + i)).setMinVersion((short) i).setMaxVersion((short) (5 + i)));
        if (v >= 1)
            r.setThrottleTimeMs(77);
        response(ApiKeys.API_VERSIONS, v, "plain", r, ApiVersionsResponseDataJsonConverter.write(r, v));
        if (v >= 3) {
            r.supportedFeatures().add(new ApiVersionsResponseData.SupportedFeatureKey().setName("f").setMinVersion((short) 1).setMaxVersion((short) 2));
            r.finalizedFeatures().add(new ApiVersionsResponseData.FinalizedFeatureKey().setName("f").setMinVersionLevel((short) 1).setMaxVersionLevel((short) 2));
            r.setFinalizedFeaturesEpoch(9).setZkMigrationReady(true);
            response(ApiKeys.API_VERSIONS, v, "features", r, ApiVersionsResponseDataJsonConverter.write(r, v));
        }
    }

    static void metadata(short v) {
        for (int kind = 0; kind < 3; kind++) {
            MetadataRequestData q = new MetadataRequestData();
            if (kind == 0 && v >= 1)
                q.setTopics(null);
            else
                q.setTopics(new ArrayList<>());
            if (kind == 2)
                for (String t : List.of("a", "caf\u00e9"))
                    q.topics().add(new MetadataRequestData.MetadataRequestTopic().setName(t));
            q.setAllowAutoTopicCreation(v < 4 || kind == 1);
            request(ApiKeys.METADATA, v, List.of("all", "none", "two").get(kind), q, MetadataRequestDataJsonConverter.write(q, v));
        }
        MetadataResponseData r = new MetadataResponseData();
        response(ApiKeys.METADATA, v, "empty", r, MetadataResponseDataJsonConverter.write(r, v));
        if (v >= 3)
            r.setThrottleTimeMs(5);
        if (v >= 2)
            r.setClusterId("lkc-1");
        if (v >= 1)
            r.setControllerId(2);
        if (v >= 13)
            r.setErrorCode((short) 3);
        r.brokers().add(new MetadataResponseData.MetadataResponseBroker().setNodeId(1).setHost("h1").setPort(9092).setRack(v >= 1 ? "r" : null));
        r.brokers().add(new MetadataResponseData.MetadataResponseBroker().setNodeId(2).setHost("h2").setPort(9093));
        for (int t = 0; t < 2; t++) {
            MetadataResponseData.MetadataResponseTopic topic = new MetadataResponseData.MetadataResponseTopic()
                .setErrorCode((short) (t * 5)).setName("topic" + t);
            if (v >= 1)
                topic.setIsInternal(t == 1);
            if (v >= 10)
                topic.setTopicId(new Uuid(0x0102030405060708L, t));
            if (v >= 8)
                topic.setTopicAuthorizedOperations(3);
            for (int p = 0; p < t + 1; p++) {
                MetadataResponseData.MetadataResponsePartition part = new MetadataResponseData.MetadataResponsePartition()
                    .setErrorCode((short) p).setPartitionIndex(p).setLeaderId(1 + p).setReplicaNodes(List.of(1, 2)).setIsrNodes(List.of(1));
                if (v >= 5)
                    part.setOfflineReplicas(List.of(2));
                if (v >= 7)
                    part.setLeaderEpoch(11 + p);
                topic.partitions().add(part);
            }
            r.topics().add(topic);
        }
        response(ApiKeys.METADATA, v, "full", r, MetadataResponseDataJsonConverter.write(r, v));
    }

    static void findCoordinator(short v) {
        FindCoordinatorRequestData q = new FindCoordinatorRequestData();
        if (v >= 4)
            q.setCoordinatorKeys(List.of("connect-cluster"));
        else
            q.setKey("connect-cluster");
        request(ApiKeys.FIND_COORDINATOR, v, "group", q, FindCoordinatorRequestDataJsonConverter.write(q, v));
        for (int kind = 0; kind < 2; kind++) {
            FindCoordinatorResponseData r = new FindCoordinatorResponseData();
            short error = (short) (kind == 0 ? 0 : 15);
            String message = kind == 0 ? null : "not there";
            int node = kind == 0 ? 3 : -1, port = kind == 0 ? 9092 : -1;
            String host = kind == 0 ? "10.0.0.3" : "";
            if (v >= 1)
                r.setThrottleTimeMs(6);
            if (v >= 4) {
                r.coordinators().add(new FindCoordinatorResponseData.Coordinator().setKey("connect-cluster").setErrorCode(error)
                    .setErrorMessage(message).setNodeId(node).setHost(host).setPort(port));
            } else {
                r.setErrorCode(error).setNodeId(node).setHost(host).setPort(port);
                if (v >= 1)
                    r.setErrorMessage(message);
            }
            response(ApiKeys.FIND_COORDINATOR, v, kind == 0 ? "found" : "error", r, FindCoordinatorResponseDataJsonConverter.write(r, v));
        }
    }

    static void joinGroup(short v) {
        for (int kind = 0; kind < 2; kind++) {
            JoinGroupRequestData q = new JoinGroupRequestData().setGroupId("g").setSessionTimeoutMs(10000)
                .setMemberId(kind == 0 ? "" : "m-1").setProtocolType("connect");
            if (v >= 1)
                q.setRebalanceTimeoutMs(60000);
            if (v >= 8)
                q.setReason(kind == 0 ? null : "rebalance failed due to X");
            q.protocols().add(new JoinGroupRequestData.JoinGroupRequestProtocol().setName("sessioned").setMetadata(bytes("meta")));
            if (kind == 1)
                q.protocols().add(new JoinGroupRequestData.JoinGroupRequestProtocol().setName("default").setMetadata(new byte[0]));
            request(ApiKeys.JOIN_GROUP, v, kind == 0 ? "first" : "again", q, JoinGroupRequestDataJsonConverter.write(q, v));
        }
        JoinGroupResponseData r = new JoinGroupResponseData().setErrorCode((short) 79).setGenerationId(-1).setProtocolName("").setMemberId("m-1");
        response(ApiKeys.JOIN_GROUP, v, "member id required", r, JoinGroupResponseDataJsonConverter.write(r, v));
        r = new JoinGroupResponseData().setGenerationId(7).setProtocolName("sessioned").setLeader("m-1").setMemberId("m-1");
        if (v >= 2)
            r.setThrottleTimeMs(1);
        if (v >= 7)
            r.setProtocolType("connect");
        if (v >= 9)
            r.setSkipAssignment(true);
        for (int i = 1; i < 4; i++)
            r.members().add(new JoinGroupResponseData.JoinGroupResponseMember().setMemberId("m-" + i).setMetadata(bytes("data" + i)));
        response(ApiKeys.JOIN_GROUP, v, "leader", r, JoinGroupResponseDataJsonConverter.write(r, v));
    }

    static void syncGroup(short v) {
        for (int kind = 0; kind < 2; kind++) {
            SyncGroupRequestData q = new SyncGroupRequestData().setGroupId("g").setGenerationId(7).setMemberId("m-1");
            if (v >= 5)
                q.setProtocolType("connect").setProtocolName("sessioned");
            for (int i = 1; i < 3 && kind == 1; i++)
                q.assignments().add(new SyncGroupRequestData.SyncGroupRequestAssignment().setMemberId("m-" + i).setAssignment(bytes("a" + i)));
            request(ApiKeys.SYNC_GROUP, v, kind == 0 ? "follower" : "leader", q, SyncGroupRequestDataJsonConverter.write(q, v));
            SyncGroupResponseData r = new SyncGroupResponseData().setErrorCode((short) (kind * 27)).setAssignment(bytes(kind == 0 ? "assigned" : ""));
            if (v >= 1)
                r.setThrottleTimeMs(2);
            if (v >= 5 && kind == 0)
                r.setProtocolType("connect").setProtocolName("sessioned");
            response(ApiKeys.SYNC_GROUP, v, kind == 0 ? "plain" : "error", r, SyncGroupResponseDataJsonConverter.write(r, v));
        }
    }

    static void heartbeat(short v) {
        HeartbeatRequestData q = new HeartbeatRequestData().setGroupId("g").setGenerationId(7).setMemberId("m-1");
        HeartbeatResponseData r = new HeartbeatResponseData().setErrorCode((short) 27);
        if (v >= 1)
            r.setThrottleTimeMs(3);
        request(ApiKeys.HEARTBEAT, v, "plain", q, HeartbeatRequestDataJsonConverter.write(q, v));
        response(ApiKeys.HEARTBEAT, v, "plain", r, HeartbeatResponseDataJsonConverter.write(r, v));
    }

    static void leaveGroup(short v) {
        LeaveGroupRequestData q = new LeaveGroupRequestData().setGroupId("g");
        LeaveGroupResponseData r = new LeaveGroupResponseData();
        if (v >= 1)
            r.setThrottleTimeMs(4);
        if (v >= 3) {
            LeaveGroupRequestData.MemberIdentity m = new LeaveGroupRequestData.MemberIdentity().setMemberId("m-1");
            if (v >= 5)
                m.setReason("the consumer is being closed");
            q.members().add(m);
        } else {
            q.setMemberId("m-1");
        }
        request(ApiKeys.LEAVE_GROUP, v, "plain", q, LeaveGroupRequestDataJsonConverter.write(q, v));
        if (v >= 3)
            r.members().add(new LeaveGroupResponseData.MemberResponse().setMemberId("m-1").setErrorCode((short) 25));
        else
            r.setErrorCode((short) 25);
        response(ApiKeys.LEAVE_GROUP, v, "unknown member", r, LeaveGroupResponseDataJsonConverter.write(r, v));
    }

    static void saslHandshake(short v) {
        SaslHandshakeRequestData q = new SaslHandshakeRequestData().setMechanism("SCRAM-SHA-256");
        SaslHandshakeResponseData r = new SaslHandshakeResponseData().setErrorCode((short) 33).setMechanisms(List.of("PLAIN", "SCRAM-SHA-512"));
        request(ApiKeys.SASL_HANDSHAKE, v, "plain", q, SaslHandshakeRequestDataJsonConverter.write(q, v));
        response(ApiKeys.SASL_HANDSHAKE, v, "refused", r, SaslHandshakeResponseDataJsonConverter.write(r, v));
    }

    static void saslAuthenticate(short v) {
        SaslAuthenticateRequestData q = new SaslAuthenticateRequestData().setAuthBytes(bytes("\0user\0secret"));
        SaslAuthenticateResponseData r = new SaslAuthenticateResponseData().setErrorCode((short) 58).setErrorMessage("no").setAuthBytes(bytes("e=x"));
        if (v >= 1)
            r.setSessionLifetimeMs(3600000);
        request(ApiKeys.SASL_AUTHENTICATE, v, "plain", q, SaslAuthenticateRequestDataJsonConverter.write(q, v));
        response(ApiKeys.SASL_AUTHENTICATE, v, "refused", r, SaslAuthenticateResponseDataJsonConverter.write(r, v));
        r.setErrorCode((short) 0).setErrorMessage(null);
        response(ApiKeys.SASL_AUTHENTICATE, v, "accepted", r, SaslAuthenticateResponseDataJsonConverter.write(r, v));
    }

    static void offsetForLeaderEpoch(short v) {
        var p0 = new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition().setPartition(0).setCurrentLeaderEpoch(7).setLeaderEpoch(3);
        var p1 = new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition().setPartition(5).setCurrentLeaderEpoch(-1).setLeaderEpoch(0);
        OffsetForLeaderEpochRequestData q = new OffsetForLeaderEpochRequestData();
        if (v >= 3)
            q.setReplicaId(-1); // a consumer
        q.topics().add(new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic().setTopic("orders").setPartitions(List.of(p0, p1)));
        request(ApiKeys.OFFSET_FOR_LEADER_EPOCH, v, "plain", q, OffsetForLeaderEpochRequestDataJsonConverter.write(q, v));
        OffsetForLeaderEpochResponseData r = new OffsetForLeaderEpochResponseData().setThrottleTimeMs(6);
        var e0 = new OffsetForLeaderEpochResponseData.EpochEndOffset().setPartition(0).setLeaderEpoch(3).setEndOffset(4711);
        var e1 = new OffsetForLeaderEpochResponseData.EpochEndOffset().setPartition(5).setErrorCode((short) 74);
        r.topics().add(new OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult().setTopic("orders").setPartitions(List.of(e0, e1)));
        response(ApiKeys.OFFSET_FOR_LEADER_EPOCH, v, "plain", r, OffsetForLeaderEpochResponseDataJsonConverter.write(r, v));
    }

    static void incrementalAlterConfigs(short v) {
        IncrementalAlterConfigsRequestData q = new IncrementalAlterConfigsRequestData();
        var configs = new IncrementalAlterConfigsRequestData.AlterableConfigCollection();
        configs.add(new IncrementalAlterConfigsRequestData.AlterableConfig().setName("retention.ms").setConfigOperation((byte) 0).setValue("1000"));
        configs.add(new IncrementalAlterConfigsRequestData.AlterableConfig().setName("cleanup.policy").setConfigOperation((byte) 1).setValue(null));
        q.resources().add(new IncrementalAlterConfigsRequestData.AlterConfigsResource().setResourceType((byte) 2).setResourceName("A.orders").setConfigs(configs));
        request(ApiKeys.INCREMENTAL_ALTER_CONFIGS, v, "plain", q, IncrementalAlterConfigsRequestDataJsonConverter.write(q, v));
        IncrementalAlterConfigsResponseData r = new IncrementalAlterConfigsResponseData().setThrottleTimeMs(5);
        r.responses().add(new IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse().setErrorCode((short) 40).setErrorMessage("no such value").setResourceType((byte) 2).setResourceName("A.orders"));
        r.responses().add(new IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse().setErrorMessage(null).setResourceType((byte) 2).setResourceName("A.others"));
        response(ApiKeys.INCREMENTAL_ALTER_CONFIGS, v, "plain", r, IncrementalAlterConfigsResponseDataJsonConverter.write(r, v));
    }

    static void each(ApiKeys key, java.util.function.Consumer<Short> write) {
        for (short v = key.messageType.lowestSupportedVersion(); v <= key.messageType.highestSupportedVersion(true); v++)
            write.accept(v);
    }

    public static void main(String[] args) {
        each(ApiKeys.API_VERSIONS, MessageVectors::apiVersions);
        each(ApiKeys.METADATA, MessageVectors::metadata);
        each(ApiKeys.FIND_COORDINATOR, MessageVectors::findCoordinator);
        each(ApiKeys.JOIN_GROUP, MessageVectors::joinGroup);
        each(ApiKeys.SYNC_GROUP, MessageVectors::syncGroup);
        each(ApiKeys.HEARTBEAT, MessageVectors::heartbeat);
        each(ApiKeys.LEAVE_GROUP, MessageVectors::leaveGroup);
        each(ApiKeys.SASL_HANDSHAKE, MessageVectors::saslHandshake);
        each(ApiKeys.SASL_AUTHENTICATE, MessageVectors::saslAuthenticate);
        each(ApiKeys.OFFSET_FOR_LEADER_EPOCH, MessageVectors::offsetForLeaderEpoch);
        each(ApiKeys.INCREMENTAL_ALTER_CONFIGS, MessageVectors::incrementalAlterConfigs);
        System.out.print("[\n" + out + "\n]\n");
    }
}
