"""TLS servers that are neither nginx nor OpenSSL's own: HAProxy, stunnel, GnuTLS, Node and Java, each configured.

Every one is told which suites, groups and signatures it has; what that makes true stands in `zoo`.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stands.pki import Issued
from tests.stands.programs import address_of, free_port, missing, program, running, wait_until_listening

HOST = "127.0.0.1"
HAPROXY = """\
global
  maxconn 64
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend tls
  bind {address} ssl crt {pem} {options}
  http-request return status 200
"""
IN_TURN = """\
global
  maxconn 64
  nbthread 1
defaults
  mode tcp
  timeout connect 5s
  timeout client 15s
  timeout server 15s
listen tls
  bind {address}
  balance roundrobin
{servers}
"""
STUNNEL = """\
foreground = yes
pid =
[tls]
accept = {address}
connect = 127.0.0.1:1
cert = {pem}
key = {pem}
{options}
"""
NODE = """\
const tls = require("tls"), fs = require("fs");
const pem = fs.readFileSync(process.argv[2]);
const options = Object.assign({{key: pem, cert: pem}}, JSON.parse(process.argv[4]));
tls.createServer(options, socket => {{ socket.on("error", () => 0); socket.on("data", () => socket.end("ok")); }})
  .on("tlsClientError", () => 0).listen(Number(process.argv[3]), "127.0.0.1");
""".replace("{{", "{").replace("}}", "}")
JAVA = """\
import java.io.FileInputStream;
import java.net.InetAddress;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.*;

public class Server {
  public static void main(String[] given) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(new FileInputStream(given[0]), "x".toCharArray());
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, "x".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    TrustManager[] trusted = null;
    if (!given[4].isEmpty()) {
      KeyStore anchors = KeyStore.getInstance("PKCS12");
      anchors.load(null, null);
      try (FileInputStream file = new FileInputStream(given[4])) {
        anchors.setCertificateEntry("clients", CertificateFactory.getInstance("X.509").generateCertificate(file));
      }
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(anchors);
      trusted = trust.getTrustManagers();
    }
    context.init(keys.getKeyManagers(), trusted, null);
    SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory()
        .createServerSocket(Integer.parseInt(given[1]), 50, InetAddress.getByName("127.0.0.1"));
    server.setEnabledCipherSuites(given[2].split(","));
    server.setEnabledProtocols(given[3].split(","));
    server.setNeedClientAuth(trusted != null);
    while (true) {
      SSLSocket socket = (SSLSocket) server.accept();
      new Thread(() -> {
        try (socket) {
          socket.setSoTimeout(5000);
          socket.startHandshake();
          socket.getInputStream().read();
        } catch (Exception ended) {
          return;
        }
      }).start();
    }
  }
}
"""


@contextmanager
def haproxy(folder: Path, issued: Issued, options: str) -> Iterator[str]:
    """HAProxy with these options of its bind line; gives the address."""
    binary, port = program("haproxy"), free_port()
    config = folder / f"haproxy-{port}.cfg"
    pem = issued.pem(folder, f"haproxy-{port}")
    config.write_text(HAPROXY.format(address=address_of(HOST, port), pem=pem, options=options), encoding="utf-8")
    with _serving([binary, "-db", "-f", str(config)], folder, port) as address:
        yield address


@contextmanager
def in_turn(folder: Path, *addresses: str) -> Iterator[str]:
    """HAProxy, which gives every connection to the next of these servers; gives its own address."""
    binary, port = program("haproxy"), free_port()
    config = folder / f"in-turn-{port}.cfg"
    servers = "\n".join(f"  server s{number} {address}" for number, address in enumerate(addresses))
    config.write_text(IN_TURN.format(address=address_of(HOST, port), servers=servers), encoding="utf-8")
    with _serving([binary, "-db", "-f", str(config)], folder, port) as address:
        yield address


@contextmanager
def stunnel(folder: Path, issued: Issued, *options: str) -> Iterator[str]:
    """stunnel with these lines of its configuration; gives the address."""
    binary, port = program("stunnel4"), free_port()
    config = folder / f"stunnel-{port}.conf"
    lines = "\n".join(options)
    pem = issued.pem(folder, f"stunnel-{port}")
    config.write_text(STUNNEL.format(address=address_of(HOST, port), pem=pem, options=lines), encoding="utf-8")
    with _serving([binary, str(config)], folder, port) as address:
        yield address


@contextmanager
def gnutls(folder: Path, issued: Issued, priority: str, *options: str) -> Iterator[str]:
    """gnutls-serv with this priority string; gives the address."""
    binary, port = program("gnutls-serv"), free_port()
    pem = str(issued.pem(folder, f"gnutls-{port}"))
    files = ["--x509certfile", pem, "--x509keyfile", pem]
    argv = [binary, "--quiet", "--http", "--port", str(port), *files, "--priority", priority, *options]
    with _serving(argv, folder, port) as address:
        yield address


@contextmanager
def node(folder: Path, issued: Issued, options: str) -> Iterator[str]:
    """Node's tls module with these options (JSON); gives the address."""
    binary, port = program("node"), free_port()
    script = folder / f"node-{port}.js"
    script.write_text(NODE, encoding="utf-8")
    pem = issued.pem(folder, f"node-{port}")
    with _serving([binary, str(script), str(pem), str(port), options], folder, port) as address:
        yield address


@contextmanager
def java(
    folder: Path,
    issued: Issued,
    suites: str,
    protocols: str,
    *options: str,
    legacy: bool = False,
    clients: Issued | None = None,
) -> Iterator[str]:
    """Java's JSSE with these suites and protocols, and options of the JVM; `legacy`: also what it no longer takes by
    itself; `clients`: the authority whose certificates clients have to show. Gives the address."""
    binary, port = shutil.which("java"), free_port()
    if binary is None or b"jdk.compiler" not in _modules(binary):
        missing("this test needs a Java that compiles (openjdk-17-jdk-headless), which is not installed here")
    source, store, authority = folder / "Server.java", folder / f"java-{port}.p12", ""
    source.write_text(JAVA, encoding="utf-8")
    store.write_bytes(issued.pkcs12("x"))
    if clients is not None:
        (folder / "clients.pem").write_bytes(clients.cert_pem)
        authority = str(folder / "clients.pem")
    security = folder / f"java-{port}.security"
    security.write_text("jdk.tls.disabledAlgorithms=\n" if legacy else "", encoding="utf-8")
    # A JVM that starts for one look need not be optimised.
    jvm = [f"-Djava.security.properties={security}", "-XX:TieredStopAtLevel=1", *options]
    argv = [binary, *jvm, str(source), str(store), str(port), suites, protocols, authority]
    with _serving(argv, folder, port) as address:
        yield address


def _modules(java: str) -> bytes:
    return subprocess.run([java, "--list-modules"], capture_output=True, check=False).stdout


@contextmanager
def _serving(argv: list[str], folder: Path, port: int) -> Iterator[str]:
    log = folder / f"{Path(argv[0]).name}-{port}.log"
    with running(argv, log) as process:
        wait_until_listening(process, HOST, port, log)
        yield address_of(HOST, port)
