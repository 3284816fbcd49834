# SPDX-License-Identifier: Apache-2.0
"""A cluster with every kind of listener that clients are secured by, and ACLs on.

The listener of tests/kit itself stays plain: its user is ANONYMOUS, a super user. Everybody else is
allowed what allow() says.
"""

import base64
import http.server
import json
import os
import threading
import time

from confluent_kafka.admin import (AclBinding, AclBindingFilter, AclOperation, AclPermissionType, AlterConfigOpType,
                                   ConfigEntry, ConfigResource, ResourcePatternType, ResourceType, ScramCredentialInfo, ScramMechanism, UserScramCredentialDeletion,
                                   UserScramCredentialUpsertion)

from .cluster import Cluster
from .ports import free_port, release

_LOGIN = "org.apache.kafka.common.security"
_MECHANISMS = (ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512)
USER, PASSWORD = "mirror", "s3cret-of-the-mirror"
CLIENT_ID, CLIENT_SECRET = "mirror-app", "s3cret-of-the-app"
SECRETS = [PASSWORD, CLIENT_SECRET]


class SecureCluster(Cluster):
    """One node with listeners SSL (client certificates wanted), SASL_SSL and SASL_PLAINTEXT beside the plain one."""

    def __init__(self, name, authority, **kwargs):
        self.authority = authority
        self.broker = authority.issue(f"{name}-broker")
        self._secure_ports = {kind: free_port() for kind in ("SSL", "SASL_SSL", "SASL_PLAINTEXT")}
        super().__init__(name, **kwargs)

    def _node_settings(self, index):
        settings = super()._node_settings(index)
        ports = "".join(f",{kind}://127.0.0.1:{port}" for kind, port in self._secure_ports.items())
        settings["listeners"] += ports
        settings["advertised.listeners"] += ports
        settings["listener.security.protocol.map"] += "".join(f",{kind}:{kind}" for kind in self._secure_ports)
        settings.update({
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
            "allow.everyone.if.no.acl.found": "false",
            "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
            "listener.name.ssl.ssl.client.auth": "required",
            "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/,DEFAULT",
            "connections.max.reauth.ms": 5000,
            **self.broker.properties("PKCS12"),
        })
        for kind in ("sasl_ssl", "sasl_plaintext"):
            prefix = f"listener.name.{kind}"
            settings[f"{prefix}.plain.sasl.jaas.config"] = (
                f'{_LOGIN}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";')
            for mechanism in ("scram-sha-256", "scram-sha-512"):
                settings[f"{prefix}.{mechanism}.sasl.jaas.config"] = f"{_LOGIN}.scram.ScramLoginModule required;"
            settings[f"{prefix}.oauthbearer.sasl.jaas.config"] = (
                f'{_LOGIN}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";')
        return settings

    def secure_bootstrap(self, protocol):
        return f"127.0.0.1:{self._secure_ports[protocol]}"

    def destroy(self):
        super().destroy()
        for port in self._secure_ports.values():
            release(port)

    # Users

    def set_password(self, user=USER, password=PASSWORD):
        """Gives, or gives back, a user the password, for both SCRAM mechanisms."""
        for mechanism in _MECHANISMS:
            change = UserScramCredentialUpsertion(user, ScramCredentialInfo(mechanism, 4096), password.encode(),
                                                  os.urandom(20))
            _wait(self.kafka.admin.alter_user_scram_credentials([change]))

    def take_password(self, user=USER):
        for mechanism in _MECHANISMS:
            _wait(self.kafka.admin.alter_user_scram_credentials([UserScramCredentialDeletion(user, mechanism)]))

    def rotate(self):
        """Gives the broker another key and certificate of the same authority, while it runs."""
        self.broker = self.authority.issue(f"{self.name}-broker", again="-2")
        new = self.broker.properties("PKCS12")
        changes = [ConfigEntry(f"listener.name.{kind}.{name}", str(new[name]),
                               incremental_operation=AlterConfigOpType.SET)
                   for kind in ("ssl", "sasl_ssl")
                   for name in ("ssl.keystore.location", "ssl.keystore.password", "ssl.key.password", "ssl.keystore.type")]
        resource = ConfigResource(ConfigResource.Type.BROKER, "1", incremental_configs=changes)
        _wait(self.kafka.admin.incremental_alter_configs([resource]))

    def allow(self, user=USER):
        """Everything, by ACLs on each kind of resource."""
        _wait(self.kafka.admin.create_acls(_all_acls(user)))

    def forbid(self, user=USER):
        filters = [AclBindingFilter(ResourceType.ANY, None, ResourcePatternType.ANY, f"User:{user}", None,
                                    AclOperation.ANY, AclPermissionType.ANY)]
        _wait(self.kafka.admin.delete_acls(filters))

    # What a client writes

    def sasl(self, protocol, mechanism, trust="JKS", password=PASSWORD):
        """Java's properties for a client of SASL with a password."""
        module = "plain.PlainLoginModule" if mechanism == "PLAIN" else "scram.ScramLoginModule"
        return {"bootstrap.servers": self.secure_bootstrap(protocol), "security.protocol": protocol,
                "sasl.mechanism": mechanism,
                "sasl.jaas.config": f'{_LOGIN}.{module} required username="{USER}" password="{password}";',
                **(self.authority.trust_properties(trust) if protocol == "SASL_SSL" else {})}

    def certificate(self, kind, identity):
        return {"bootstrap.servers": self.secure_bootstrap("SSL"), "security.protocol": "SSL",
                **identity.properties(kind)}

    def token(self, tokens, protocol="SASL_SSL", trust="PEM"):
        return {"bootstrap.servers": self.secure_bootstrap(protocol), "security.protocol": protocol,
                "sasl.mechanism": "OAUTHBEARER", "sasl.oauthbearer.token.endpoint.url": tokens.url,
                "sasl.login.callback.handler.class":
                    f"{_LOGIN}.oauthbearer.OAuthBearerLoginCallbackHandler",
                "sasl.jaas.config": f'{_LOGIN}.oauthbearer.OAuthBearerLoginModule required clientId="{CLIENT_ID}" '
                                    f'clientSecret="{CLIENT_SECRET}" ;',
                **(self.authority.trust_properties(trust) if protocol == "SASL_SSL" else {})}


def _all_acls(user):
    kinds = {ResourceType.TOPIC: "*", ResourceType.GROUP: "*", ResourceType.BROKER: "kafka-cluster",
             ResourceType.TRANSACTIONAL_ID: "*"}
    return [AclBinding(kind, name, ResourcePatternType.LITERAL, f"User:{user}", "*", AclOperation.ALL,
                       AclPermissionType.ALLOW) for kind, name in kinds.items()]


def _wait(futures):
    for future in futures.values():
        future.result(30)


class TokenServer:
    """A token endpoint for the client credentials grant. Its tokens are not signed: the brokers here do not mind."""

    def __init__(self, lifetime_s=8):
        self.asked, self.refuses, self.lifetime_s = 0, False, lifetime_s
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                outer._answer(self)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}/token"

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, request):
        form = request.rfile.read(int(request.headers["Content-Length"])).decode()
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        good = (request.headers["Authorization"] == f"Basic {expected}" and not self.refuses
                and form.startswith("grant_type=client_credentials"))
        self.asked += 1
        body = json.dumps({"access_token": self._token(), "token_type": "Bearer", "expires_in": self.lifetime_s}
                          if good else {"error": "invalid_client"}).encode()
        request.send_response(200 if good else 401)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def _token(self):
        now = int(time.time())
        parts = [{"alg": "none"}, {"sub": USER, "iat": now, "exp": now + self.lifetime_s}]
        return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts) + "."
