"""A real nginx (Debian's nginx-light) on a loopback port, with a configuration of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stands.pki import Issued
from tests.stands.programs import address_of, free_port, program, running, wait_until_listening

CONFIGURATION = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen {address} {ssl};
    {inside}
    location / {{ return 200 "ok"; }}
  }}
  {besides}
}}
"""
REJECTING = "server {{ listen {address} ssl default_server; {protocols} ssl_reject_handshake on; }}"


@contextmanager
def nginx(
    folder: Path,
    *certificates: Issued,
    protocols: str = "TLSv1.2 TLSv1.3",
    extra: str = "",
    only_name: str = "",
    host: str = "127.0.0.1",
) -> Iterator[str]:
    """Serve HTTPS with these certificates (plain HTTP with none); gives the address.

    `extra`: more directives of the server; `only_name`: hellos with another server name, or none, are rejected.
    """
    binary = program("nginx")
    folder = folder / f"nginx-{free_port()}"
    folder.mkdir()
    inside = [f"ssl_protocols {protocols};"] if certificates else []
    if only_name:
        inside.append(f"server_name {only_name};")
    for number, issued in enumerate(certificates):
        path = issued.pem(folder, f"server{number}")
        inside += [f"ssl_certificate {path};", f"ssl_certificate_key {path};"]
    port = free_port(host)
    config, log = folder / "nginx.conf", folder / "nginx.log"
    config.write_text(
        CONFIGURATION.format(
            folder=folder,
            address=address_of(host, port),
            ssl="ssl" if certificates else "",
            inside="\n    ".join((*inside, extra)),
            besides=REJECTING.format(address=address_of(host, port), protocols=inside[0]) if only_name else "",
        ),
        encoding="utf-8",
    )
    # -e: the compiled-in log of errors before the configuration is read may not be writable.
    with running([binary, "-e", str(log), "-p", str(folder), "-c", str(config)], log) as process:
        wait_until_listening(process, host, port, log)
        yield address_of(host, port)
