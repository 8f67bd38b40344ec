"""A certificate authority, its responder, its list and its time stamps, all by OpenSSL."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from aiohttp import web

from tests.collectors.servers import program, running
from tests.ports import free_port

_CONF = """[ca]
default_ca = here
[here]
dir = {folder}
database = {folder}/index.txt
serial = {folder}/serial
crlnumber = {folder}/crlnumber
new_certs_dir = {folder}
certificate = {folder}/ca.pem
private_key = {folder}/ca.key
default_md = sha256
default_days = 300
default_crl_days = 7
policy = any
copy_extensions = copy
[any]
commonName = supplied
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign,digitalSignature
[person]
basicConstraints = CA:false
authorityInfoAccess = OCSP;URI:http://127.0.0.1:{port}
crlDistributionPoints = URI:http://127.0.0.1:{port}/list.crl
[responder]
basicConstraints = CA:false
extendedKeyUsage = OCSPSigning
[stamper]
basicConstraints = CA:false
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = stamping
[stamping]
serial = {folder}/tsserial
signer_cert = {folder}/tsa.pem
certs = {folder}/ca.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
other_policies = 1.3.6.1.4.1.99999.2
digests = sha256, sha512
accuracy = secs:1, millisecs:500
ess_cert_id_chain = no
"""


class Authority:
    """An authority in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.late = False  # whether stamps are made for what nobody asked
        (folder / "openssl.cnf").write_text(_CONF.format(folder=folder, port=self.port))
        (folder / "index.txt").touch()
        for name in ("serial", "crlnumber", "tsserial"):
            (folder / name).write_text("1000\n")
        self._run(
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650"),
            *("-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=CA Chinh phu", "-extensions"),
            *("root", "-config", self._request()),
        )
        for name, kind in (
            ("an", "person"),
            ("binh", "person"),
            ("ocsp", "responder"),
            ("tsa", "stamper"),
        ):
            self._issue(name, kind)
        self.revoke("binh")

    def _request(self) -> str:
        path = self.folder / "req.cnf"
        root = "[root]\nbasicConstraints=critical,CA:true\nsubjectKeyIdentifier=hash\n"
        usage = "keyUsage=critical,keyCertSign,cRLSign,digitalSignature\n"
        path.write_text(f"[req]\ndistinguished_name=dn\n[dn]\n{root}{usage}")
        return str(path)

    def _run(self, *words: str, data: bytes | None = None) -> bytes:
        done = subprocess.run(
            [program("openssl"), *words],
            cwd=self.folder,
            input=data,
            capture_output=True,
            check=True,
        )
        return done.stdout

    def _issue(self, name: str, kind: str) -> None:
        self._run(
            *("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key"),
            *("-out", f"{name}.csr", "-subj", f"/CN={name}", "-config", self._request()),
        )
        self._run(
            *("ca", "-batch", "-config", "openssl.cnf", "-extensions", kind, "-notext"),
            *("-in", f"{name}.csr", "-out", f"{name}.pem"),
        )

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def revoke(self, name: str) -> None:
        self._run("ca", "-config", "openssl.cnf", "-revoke", f"{name}.pem")

    def crl(self, *more: str) -> bytes:
        """Return a list in DER, valid for a week unless `more` says otherwise."""
        self._run("ca", "-config", "openssl.cnf", "-gencrl", "-out", "list.pem", *more)
        return self._run("crl", "-in", "list.pem", "-outform", "DER")

    def stamp(self, query: bytes) -> bytes:
        """Return a reply to a query."""
        (self.folder / "query").write_bytes(query)
        words = ("-config", "openssl.cnf", "-queryfile", "query", "-section", "stamping")
        return self._run("ts", "-reply", *words)

    @contextmanager
    def responding(self, signer: str = "ocsp", *more: str) -> Iterator[str]:
        """Run OpenSSL's responder; give its address."""
        command = (
            *(program("openssl"), "ocsp", "-port", str(self.port)),
            *("-index", self.path("index.txt"), "-CA", self.path("ca.pem")),
            *("-rkey", self.path(f"{signer}.key"), "-rsigner", self.path(f"{signer}.pem"), *more),
        )
        log = self.folder / "server.log"
        # It waits for ever on a connection that says nothing: its own word tells that it is up.
        with running(*command, ready=lambda: b"waiting" in log.read_bytes(), folder=self.folder):
            yield f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def serving(answer: bytes | None, authority: Authority) -> AsyncIterator[str]:
    """Serve what a test says, or OpenSSL's stamps, over HTTP; give the address."""

    async def serve(request: web.Request) -> web.Response:
        body = await request.read()
        told = answer if answer is not None else await asyncio.to_thread(authority.stamp, body)
        return web.Response(body=told)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()
