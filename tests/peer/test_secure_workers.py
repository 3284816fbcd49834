# SPDX-License-Identifier: Apache-2.0
"""Workers of both kinds as one cluster where everything is guarded: Kafka over SASL_SSL with ACLs, REST over HTTPS
with client certificates. Secrets stand in a file that the workers' properties refer to.
"""

import shutil
import ssl

import pytest
from kit import authority as stores
from kit import env, secure
from kit.authority import Authority
from kit.connect import file_source
from kit.rest import Rest
from kit.secure import SecureCluster
from kit.worker import write_properties

pytestmark = pytest.mark.ours_only

_SECRETS = stores.SECRETS + secure.SECRETS


@pytest.fixture(scope="module")
def guarded():
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


def _client_context(authority, identity):
    context = ssl.create_default_context(cafile=str(authority.certificate))
    context.load_cert_chain(str(identity.certificate), str(identity.key))
    return context


def _settings(guarded, identity, folder):
    """Worker properties: for the internal topics and the group, for clients of connectors, for REST."""
    client = guarded.sasl("SASL_SSL", "SCRAM-SHA-512", "JKS")
    del client["bootstrap.servers"]
    wanted = {prefix + name: value for prefix in ("", "producer.", "consumer.", "admin.")
              for name, value in client.items()}
    wanted.update({f"listeners.https.{name}": value for name, value in identity.properties("PKCS12").items()})
    wanted["listeners.https.ssl.client.auth"] = "required"
    secrets = {name: value for name, value in wanted.items() if any(s in str(value) for s in _SECRETS)}
    path = folder / "secrets.properties"
    write_properties(path, secrets)
    return {**wanted, **{name: f"${{file:{path}:{name}}}" for name in secrets},
            "config.providers": "file",
            "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider"}


def _secure(connect, kinds, guarded, folder):
    """Workers of these kinds on the guarded cluster, started."""
    identity = guarded.authority.issue(f"worker-{len(kinds)}")
    return connect(*kinds, cluster=guarded, bootstrap=guarded.secure_bootstrap("SASL_SSL"),
                   tls=_client_context(guarded.authority, identity), raw=_settings(guarded, identity, folder))


def test_java_and_ours_over_tls_and_sasl(guarded, connect, tmp_path):
    workers = _secure(connect, ["java", "ours", "ours"], guarded, tmp_path)
    names = []
    for number, worker in enumerate(workers.workers * 2):  # so that some are followers, whoever leads
        name = f"lines-{number}"
        path = tmp_path / f"{name}.txt"
        path.write_text(f"{number}\n", encoding="ascii")
        topic = guarded.kafka.create_topic(workers.name(name))
        workers.create(name, file_source(path, topic), via=worker)
        names.append((name, topic))
    workers.wait_balanced(*(name for name, _ in names))
    for number, (_, topic) in enumerate(names):
        assert [r.value for r in guarded.kafka.read(topic, count=1)] == [str(number).encode()]
    _assert_no_secret(workers, names)


def test_a_client_without_certificate_is_not_let_in(guarded, connect, tmp_path):
    worker = _secure(connect, ["ours"], guarded, tmp_path).workers[0]
    stranger = ssl.create_default_context(cafile=str(guarded.authority.certificate))
    with pytest.raises(OSError):
        Rest(worker.port, tls=stranger).ask("GET", "connectors")
    assert worker.rest.ask("GET", "connectors").status == 200


def test_an_answer_about_a_whole_config_shows_variables(guarded, connect, tmp_path):
    """Java shows what they stand for."""
    worker = _secure(connect, ["ours"], guarded, tmp_path).workers[0]
    reference = f"${{file:{tmp_path / 'secrets.properties'}:sasl.jaas.config}}"
    config = {"producer.override.sasl.jaas.config": reference}
    answer = worker.rest.ask("POST", "connectors", body={"name": "classless", "config": config})
    assert answer.status == 400
    assert "contains no connector type" in answer.message and reference in answer.message
    assert not any(secret in str(answer) for secret in _SECRETS)
    assert not any(secret in worker.log() for secret in _SECRETS)


def _assert_no_secret(connect, names):
    """Neither in a log, nor in an answer, nor in an internal topic."""
    texts = {worker.name: worker.log() for worker in connect.workers}
    for name, _ in names:
        for path in ((), ("config",), ("status",), ("tasks",)):
            texts[f"{name}/{path}"] = str(connect.workers[-1].rest.get("connectors", name, *path))
    for topic in (connect.configs_topic, connect.offsets_topic, connect.status_topic):
        texts[topic] = repr(connect.cluster.kafka.read(topic))
    for where, text in texts.items():
        for secret in _SECRETS:
            assert secret not in text, f"{where} holds a secret"
