"""A conforming provider of OpenID Connect (npm's oidc-provider), started on loopback for a site."""
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pomssite.kit.signon import Provider
from scripts.condorpool import free_port

SCRIPT = Path(__file__).parent / "provider.mjs"
NODE = shutil.which("node") or str(Path(__file__).parents[1] / ".venv/bin/node")


@contextmanager
def running(site: str, users: dict[str, dict[str, Any]]) -> Iterator[Provider]:
    """As POMS is told of it; `users`: by subject the claims."""
    if not (SCRIPT.parents[1] / "node_modules/oidc-provider").exists():
        pytest.fail("there is no oidc-provider: scripts/setup.sh platform")
    port = free_port()
    env = {**os.environ, "OP_PORT": str(port), "OP_SITE": site, "OP_USERS": json.dumps(users)}
    with subprocess.Popen([NODE, SCRIPT], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout and any(line.strip() == "ready" for line in process.stdout), "the provider did not start"
            yield Provider(f"http://127.0.0.1:{port}", "poms", "a secret of poms that is long enough", name="Laboratory account",
                           user_claim="preferred_username")
        finally:
            process.terminate()
