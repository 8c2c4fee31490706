from __future__ import annotations

import time

from lightfield import NotFoundError

from .workspace import Checks, admin, unique


class Workflows(Checks):
    def new_run(self, seconds: int) -> str:
        """The id of a run of a workflow that waits and does nothing else."""
        steps = [{"key": "pause", "type": "wait", "seconds": seconds}]
        body = {"name": unique("Pause"), "trigger": {"type": "manual"}, "steps": steps}
        workflow = admin("POST", "/workflows", body)
        self.addCleanup(admin, "DELETE", f"/workflows/{workflow['id']}")
        return str(admin("POST", f"/workflows/{workflow['id']}/run", {})["id"])

    def settled(self, run_id: str) -> str:
        """How far a run is once it has begun."""
        deadline = time.monotonic() + 20
        status = self.client.workflow_run.status(run_id).status
        while status in ("queued", "running") and time.monotonic() < deadline:
            time.sleep(0.05)
            status = self.client.workflow_run.status(run_id).status
        return status

    def test_say_how_far_their_runs_are(self) -> None:
        self.assertEqual(self.settled(self.new_run(0)), "completed")
        waiting = self.new_run(3600)
        self.assertEqual(self.settled(waiting), "waiting")
        admin("POST", f"/workflow-runs/{waiting}/cancel", {})
        self.assertEqual(self.client.workflow_run.status(waiting).status, "cancelled")

    def test_know_no_other_runs(self) -> None:
        with self.assertRaises(NotFoundError) as missing:
            self.client.workflow_run.status("wfr_01h455vb4pex5vsknk084sn02q")
        self.assert_error(missing.exception, "not_found")
