# SPDX-License-Identifier: Apache-2.0
"""Mirrors from and to a cluster with TLS, SASL and ACLs, configured as Java's clients are."""

import shutil

import pytest
from kit import authority as stores
from kit import env, secure
from kit.authority import Authority
from kit.kafka import Record
from kit.secure import SecureCluster, TokenServer
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
}


def _props(pair, client, folder, **settings):
    """east is the guarded cluster, under the client's properties. Secrets stay in a file beside."""
    secrets = folder / "secrets.properties"
    write_properties(secrets, {name: value for name, value in client.items() if _is_secret(value)})
    raw = {"config.providers": "file",
           "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider"}
    for name, value in client.items():
        reference = f"${{file:{secrets}:{name}}}"
        raw[f"{pair.east_alias}.{name}"] = reference if _is_secret(value) else value
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
