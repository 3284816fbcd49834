# SPDX-License-Identifier: Apache-2.0
"""Keys and certificates of one test run, made by the JDK's keytool and by openssl.

    authority = Authority(folder)
    alice = authority.issue("alice")
    alice.properties("JKS")      # ssl.keystore.* and ssl.truststore.* as Java's clients take them
"""

import functools
import shutil
import subprocess
from pathlib import Path

STORE_PASSWORD = "s3cret-of-the-store"
KEY_PASSWORD = "s3cret-of-the-key"
TRUST_PASSWORD = "s3cret-of-the-trust"
SECRETS = [STORE_PASSWORD, KEY_PASSWORD, TRUST_PASSWORD]


def _run(*command, text=None):
    done = subprocess.run([str(word) for word in command], input=text, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with status {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def _keytool():
    found = shutil.which("keytool")
    if not found:
        raise RuntimeError("no keytool: it comes with the JDK")
    return found


class Authority:
    """A certificate authority of its own folder."""

    def __init__(self, folder, name="test-ca"):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.key, self.certificate = self.folder / "ca.key", self.folder / "ca.pem"
        _run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-keyout", self.key, "-out", self.certificate, "-days", 3650, "-subj", f"/CN={name}")

    def issue(self, name, days=3650, again=""):
        """A key and its certificate for CN=name, good for localhost and 127.0.0.1. again tells the files of a second
        key for the same name apart.
        """
        return Identity(self, name, days, again)

    @functools.lru_cache(maxsize=None)
    def truststore(self, kind):
        """The path of a trust store with this authority's certificate."""
        if kind == "PEM":
            return self.certificate
        path = self.folder / f"trust.{kind.lower()}"
        _run(_keytool(), "-importcert", "-noprompt", "-alias", "ca", "-file", self.certificate, "-storetype", kind,
             "-keystore", path, "-storepass", TRUST_PASSWORD)
        return path

    def trust_properties(self, kind):
        if kind == "PEM inline":
            return {"ssl.truststore.type": "PEM", "ssl.truststore.certificates": self.certificate.read_text()}
        props = {"ssl.truststore.type": kind, "ssl.truststore.location": self.truststore(kind)}
        if kind != "PEM":
            props["ssl.truststore.password"] = TRUST_PASSWORD
        return props


class Identity:
    """A key with its certificate, in stores of every kind."""

    def __init__(self, authority, name, days, again):
        self.authority, self.name = authority, name
        stem = authority.folder / f"{name}{again}"
        self.key, self.certificate, self._p12 = (stem.with_suffix(s) for s in (".key", ".crt", ".p12"))
        request, extensions = stem.with_suffix(".csr"), stem.with_suffix(".ext")
        extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n", encoding="ascii")
        _run("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", self.key, "-out", request,
             "-subj", f"/CN={name}")
        _run("openssl", "x509", "-req", "-in", request, "-CA", authority.certificate, "-CAkey", authority.key,
             "-CAcreateserial", "-days", days, "-extfile", extensions, "-out", self.certificate)

    @functools.lru_cache(maxsize=None)
    def keystore(self, kind):
        """The path of a key store; its passwords are STORE_PASSWORD and, but for PKCS12, KEY_PASSWORD."""
        if kind == "PKCS12":
            _run("openssl", "pkcs12", "-export", "-in", self.certificate, "-inkey", self.key, "-certfile",
                 self.authority.certificate, "-name", self.name, "-out", self._p12, "-passout",
                 f"pass:{STORE_PASSWORD}")
            return self._p12
        if kind == "JKS":
            path = self._p12.with_suffix(".jks")
            _run(_keytool(), "-importkeystore", "-noprompt", "-srckeystore", self.keystore("PKCS12"), "-srcstoretype",
                 "PKCS12", "-srcstorepass", STORE_PASSWORD, "-srcalias", self.name, "-destkeystore", path,
                 "-deststoretype", "JKS", "-deststorepass", STORE_PASSWORD, "-destkeypass", KEY_PASSWORD)
            return path
        path = self._p12.with_suffix(".pem")
        path.write_text(self._encrypted_key() + self._chain(), encoding="ascii")
        return path

    def properties(self, kind):
        """What Java's clients take: kind is JKS, PKCS12, PEM or "PEM inline"."""
        props = self.authority.trust_properties(kind)
        if kind == "PEM inline":
            return {**props, "ssl.keystore.type": "PEM", "ssl.keystore.key": self._encrypted_key(),
                    "ssl.keystore.certificate.chain": self._chain(), "ssl.key.password": KEY_PASSWORD}
        props.update({"ssl.keystore.type": kind, "ssl.keystore.location": self.keystore(kind)})
        if kind != "PEM":
            props["ssl.keystore.password"] = STORE_PASSWORD
        props["ssl.key.password"] = STORE_PASSWORD if kind == "PKCS12" else KEY_PASSWORD
        return props

    def _encrypted_key(self):
        return _run("openssl", "pkcs8", "-topk8", "-in", self.key, "-v2", "aes-256-cbc", "-passout",
                    f"pass:{KEY_PASSWORD}")

    def _chain(self):
        return self.certificate.read_text() + self.authority.certificate.read_text()
