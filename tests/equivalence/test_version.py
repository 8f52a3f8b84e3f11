"""The version of the model goes up when results change: no ensemble may outlive its model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from simulator import MODEL_VERSION
from simulator.model import LearningModel
from simulator.policy import Policy
from simulator.record import Recorder

# Of the flows below, by version of the model. When this fails because results were meant to change:
# raise MODEL_VERSION, put the new hash here, and fit anew (llo calibrate).
FLOWS = {1: "772bc7e424c3d170"}


def test_results_change_only_with_the_version(
    living: Callable[..., LearningModel], three: Callable[[], list[Policy]]
) -> None:
    record = Recorder(0, 12, keep_log=False)
    living(*three(), recorder=record).run(24)
    flows = json.dumps(record.flows, sort_keys=True)
    assert {MODEL_VERSION: hashlib.sha256(flows.encode()).hexdigest()[:16]} == FLOWS
