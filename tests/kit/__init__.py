# SPDX-License-Identifier: Apache-2.0
"""The test kit: real Kafka clusters, our workers, Java's, and what a test asks them.

env       where things are: our binaries, Kafka's jars, the folder for logs
wait      the only way to wait: a condition, a deadline, a description
ports     free loopback ports that stay ours
process   one child process: log file, signals, resident memory, CPU time
cluster   KRaft clusters of one to three nodes
proxy     a TCP proxy that delays, goes silent, or cuts
kafka     topics, records, groups through librdkafka
worker    connect-mirror-maker, ours and Java's, behind one interface
connect   Connect clusters of both kinds of workers: who leads, who runs what; file and mirror connectors
rest      the Connect REST API
group     a Connect group as its coordinator describes it
internal_topics  the config, offset and status topics of a Connect cluster
mm2       MirrorMaker 2's record formats and topics
setup     two clusters, two aliases, a properties file: what most tests start from
checker   numbered records with digests, and what became of them at the target

Nothing here knows pytest but for conftest.py one folder up; the demo uses the same modules.
"""
