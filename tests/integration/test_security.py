# SPDX-License-Identifier: Apache-2.0
"""Mirrors from and to a cluster with TLS, SASL and ACLs, configured as Java's clients are."""

import re
import shutil

import pytest
from kit import authority as stores
from kit import env, secure
from kit.authority import Authority
from kit.kafka import Record
from kit.secure import SecureCluster, TokenServer
from kit.wait import wait_until
from kit.worker import write_properties

pytestmark = pytest.mark.ours_only

_SECRETS = stores.SECRETS + secure.SECRETS + ["BEGIN PRIVATE KEY", "BEGIN ENCRYPTED PRIVATE KEY"]


@pytest.fixture(scope="module")
def guarded():
    """One cluster for all tests of this file; the user `mirror` may do everything there."""
    folder = env.new_folder("authority")
    cluster = SecureCluster("guarded", Authority(folder))
    try:
        cluster.start()
        cluster.set_password()
        cluster.allow()
        yield cluster
    finally:
        cluster.destroy()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def tokens():
    server = TokenServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def certificate(guarded):
    return guarded.authority.issue(secure.USER)


_FORMS = {
    "SASL_SSL, SCRAM-SHA-512, JKS": lambda g, c, t: g.sasl("SASL_SSL", "SCRAM-SHA-512", "JKS"),
    "SASL_SSL, SCRAM-SHA-256, PKCS12": lambda g, c, t: g.sasl("SASL_SSL", "SCRAM-SHA-256", "PKCS12"),
    "SASL_SSL, PLAIN, PEM in the file": lambda g, c, t: g.sasl("SASL_SSL", "PLAIN", "PEM inline"),
    "SASL_PLAINTEXT, PLAIN": lambda g, c, t: g.sasl("SASL_PLAINTEXT", "PLAIN"),
    "SASL_SSL, OAUTHBEARER": lambda g, c, t: g.token(t),
    "SSL, JKS": lambda g, c, t: g.certificate("JKS", c),
    "SSL, PKCS12": lambda g, c, t: g.certificate("PKCS12", c),
    "SSL, PEM": lambda g, c, t: g.certificate("PEM", c),
    "SSL, PEM in the file": lambda g, c, t: g.certificate("PEM inline", c),
    # what librdkafka has no settings for
    "SASL_SSL, PLAIN, one version and one suite": lambda g, c, t: {
        **g.sasl("SASL_SSL", "PLAIN", "PEM"), "ssl.enabled.protocols": "TLSv1.2",
        "ssl.cipher.suites": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
    "SASL_SSL, OAUTHBEARER, one suite": lambda g, c, t: {
        **g.token(t), "ssl.cipher.suites": "TLS_AES_256_GCM_SHA384"},
    "SSL, JKS, one suite": lambda g, c, t: {
        **g.certificate("JKS", c), "ssl.cipher.suites": "TLS_AES_256_GCM_SHA384"},
}


def _props(pair, client, folder, alias=None, **settings):
    """The cluster of that alias, east if none is given, is the guarded one. Secrets stay in a file beside."""
    alias = alias or pair.east_alias
    secrets = folder / "secrets.properties"
    write_properties(secrets, {name: value for name, value in client.items() if _is_secret(value)})
    raw = {"config.providers": "file",
           "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider"}
    for name, value in client.items():
        reference = f"${{file:{secrets}:{name}}}"
        raw[f"{alias}.{name}"] = reference if _is_secret(value) else value
    return pair.properties(raw={**raw, **settings})


def _is_secret(value):
    return any(secret in str(value) for secret in _SECRETS)


def _arrives(pair, topic, *values):
    remote = f"{pair.east_alias}.{topic}"
    pair.west.kafka.wait_topic(remote)
    assert [r.value for r in pair.west.kafka.read(remote, count=len(values))] == list(values)


def _write(pair, topic, *values):
    pair.east.kafka.produce(topic, [Record(value=value) for value in values])


def _assert_no_secret(process, pair):
    texts = {process.name: process.log()}
    for cluster in (pair.east, pair.west):
        for topic in pair.own_topics(cluster):
            if topic.startswith("mm2-"):
                texts[topic] = repr(cluster.kafka.read(topic))
    assert any("mm2-configs" in where for where in texts)
    for where, text in texts.items():
        assert not _is_secret(text), f"{where} holds a secret"


@pytest.mark.parametrize("form", _FORMS)
def test_a_mirror_reads_from_a_guarded_cluster(form, guarded, us_west, pair_of, mirror, certificate, tokens, tmp_path):
    pair = pair_of(guarded, us_west)
    topic = pair.create_topic("guarded")
    _write(pair, topic, b"one", b"two")
    process = mirror(_props(pair, _FORMS[form](guarded, certificate, tokens), tmp_path))
    _arrives(pair, topic, b"one", b"two")
    _write(pair, topic, b"three")
    _arrives(pair, topic, b"one", b"two", b"three")
    process.stop_cleanly()
    _assert_no_secret(process, pair)


def test_a_mirror_writes_to_a_guarded_cluster(guarded, us_west, pair_of, mirror, tmp_path):
    """The guarded one is the target: internal topics, producers, group offsets are there."""
    pair = pair_of(us_west, guarded)
    topic = pair.create_topic("open")
    pair.east.kafka.produce(topic, [Record(value=b"one")])
    props = _props(pair, guarded.sasl("SASL_SSL", "SCRAM-SHA-512", "PKCS12"), tmp_path, alias=pair.west_alias)
    process = mirror(props)
    _arrives(pair, topic, b"one")
    process.stop_cleanly()
    _assert_no_secret(process, pair)


def test_credentials_are_taken_and_given_back(guarded, us_west, pair_of, mirror, tmp_path):
    """While it is not let in the mirror says so, and lives; then it goes on where it was."""
    pair = pair_of(guarded, us_west)
    topic = pair.create_topic("revoked")
    _write(pair, topic, b"one")
    process = mirror(_props(pair, guarded.sasl("SASL_SSL", "SCRAM-SHA-256", "JKS"), tmp_path))
    _arrives(pair, topic, b"one")
    guarded.take_password()
    try:
        # connections end when their sessions do, after five seconds
        wait_until(lambda: ("SASL authentication failed" in process.log(), "no line yet"), 40,
                   "the log says that the mirror is not let in")
        _write(pair, topic, b"two")
        assert process.alive()
    finally:
        guarded.set_password()
    _arrives(pair, topic, b"one", b"two")
    process.stop_cleanly()
    _assert_no_secret(process, pair)


def test_acls_are_taken_and_given_back(guarded, us_west, pair_of, mirror, tmp_path):
    pair = pair_of(guarded, us_west)
    topic = pair.create_topic("forbidden")
    _write(pair, topic, b"one")
    process = mirror(_props(pair, guarded.sasl("SASL_PLAINTEXT", "PLAIN"), tmp_path))
    _arrives(pair, topic, b"one")
    guarded.forbid()
    try:
        _write(pair, topic, b"two")
        wait_until(lambda: (re.search(r"(?i)authoriz", process.log()) is not None, "no line yet"), 60,
                   "the log says that the mirror may not read")
    finally:
        guarded.allow()
    # a task that was refused is FAILED, as in Java: whoever runs it starts it again
    process.stop_cleanly()
    mirror(process.properties_path)
    _arrives(pair, topic, b"one", b"two")


def test_the_brokers_certificate_is_rotated(guarded, us_west, pair_of, mirror, tmp_path):
    pair = pair_of(guarded, us_west)
    topic = pair.create_topic("rotated")
    _write(pair, topic, b"one")
    process = mirror(_props(pair, guarded.sasl("SASL_SSL", "PLAIN", "PEM"), tmp_path))
    _arrives(pair, topic, b"one")
    guarded.rotate()
    _write(pair, topic, b"two")
    _arrives(pair, topic, b"one", b"two")
    process.stop_cleanly()


# What is wrong, and what the line about it says beside the property or the file.
_WRONG = {
    "the trust store's password": ({"ssl.truststore.password": "nope"}, r"ssl\.truststore\.location .*password is wrong"),
    "the key store's password": ({"ssl.keystore.password": "nope"}, r"ssl\.keystore\.location .*password is wrong"),
    "the key's password": ({"ssl.key.password": "nope"}, r"ssl\.keystore\.location .*password of the key is wrong"),
    "no such file": ({"ssl.keystore.location": "/nowhere.jks"}, r"ssl\.keystore\.location.*/nowhere\.jks.*No such file"),
    "the wrong type": ({"ssl.keystore.type": "PEM"}, r"ssl\.keystore\.location .*PEM"),
}


@pytest.mark.parametrize("what", _WRONG)
def test_a_store_that_cannot_be_used(what, guarded, us_west, pair_of, mirror, certificate, tmp_path):
    """One line says which property and file, and never the secret."""
    changes, expected = _WRONG[what]
    pair = pair_of(guarded, us_west)
    client = {**guarded.certificate("JKS", certificate), **changes}
    process = mirror(_props(pair, client, tmp_path))
    wait_until(lambda: (re.search(expected, process.log()) is not None, "no line yet"), 30, f"a line says {expected}")
    process.kill9()
    assert not _is_secret(process.log())
