"""Asks a real MLflow server all of cases.json and writes its answers to recorded.json.

    pip install mlflow==3.17.2
    python test/conformance/record.py            # starts a server of its own, on SQLite, and ends it
    python test/conformance/record.py --tracking-uri http://127.0.0.1:5000
    npx biome check --write test/conformance     # the layout of the repository

SQLite, because it compares texts by code point and knows no escape character in LIKE; on PostgreSQL the server's answers
depend on the database's collation, and a backslash in LIKE escapes.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

# Nothing is left beside the sources.
sys.dont_write_bytecode = True

from replay import replay  # noqa: E402

HERE = Path(__file__).parent
START_LIMIT_S = 120


@contextmanager
def reference_server():
    """A fresh MLflow server, which keeps nothing."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
        stores = ["--backend-store-uri", f"sqlite:///{folder}/m.db", "--artifacts-destination", f"{folder}/artifacts"]
        env = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
        with open(f"{folder}/log", "wb") as log:
            server = subprocess.Popen(command + stores, cwd=folder, env=env, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


def wait_for(url, server):
    deadline = time.monotonic() + START_LIMIT_S
    while True:
        try:
            urllib.request.urlopen(f"{url}/health", timeout=5).close()
            return
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                sys.exit("The MLflow server did not start; is mlflow installed for this python?")
            time.sleep(0.2)


def layout(recorded):
    """One answer a line, so that a difference between two recordings reads well."""
    lines = [f"{as_json(name)}: {as_json(answer)}" for name, answer in recorded.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def as_json(value):
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracking-uri", help="a running MLflow server, instead of a fresh one")
    parser.add_argument("--output", type=Path, default=HERE / "recorded.json")
    args = parser.parse_args()
    areas = json.loads((HERE / "cases.json").read_text("utf-8"))
    names = [case["name"] for cases in areas.values() for case in cases]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        sys.exit(f"Two cases have one name: {twice}")
    if args.tracking_uri:
        recorded = replay(args.tracking_uri, areas)
    else:
        with reference_server() as url:
            recorded = replay(url, areas)
    args.output.write_text(layout(recorded), "utf-8")
    unsent = [name for name, answer in recorded.items() if answer["status"] == 0]
    print(f"{len(recorded)} cases recorded" + (f", NOT SENT: {unsent}" if unsent else ""))
    sys.exit(1 if unsent else 0)


if __name__ == "__main__":
    main()
