"""Several hosts on one machine: master, workers and target in network namespaces with addresses of their own."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.load_support import SLO
from tests.support.nest import ROOT

pytestmark = pytest.mark.slow


def test_one_master_and_two_workers_with_their_own_addresses_give_one_verdict(tmp_path: Path) -> None:
    script = [str(ROOT / "deploy" / "load-namespaces.sh"), "--slo-json", str(tmp_path / "slo.json")]
    # generous limits: the test is about which hosts take part, not how fast they are
    (tmp_path / "slo.toml").write_text(SLO.format(p99=5000), encoding="utf-8")
    script += ["--scenario", "reader", "--slo-file", str(tmp_path / "slo.toml")]
    result = subprocess.run(script, text=True, capture_output=True, timeout=120, check=False)
    if result.returncode == 77:
        pytest.skip(result.stderr.strip())
    assert result.returncode == 0, result.stderr
    verdict = json.loads((tmp_path / "slo.json").read_text(encoding="utf-8"))
    assert (verdict["verdict"], verdict["generators"]["workers"]) == ("PASS", 2)
    assert verdict["target"] == "http://10.77.0.1:4010"
    assert len(verdict["rate_limits"]) == 10, "each organisation was used by one of the workers"
