from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .workspace import Checks, linked

PROGRAM = Path(__file__).parent.parent / "create_opportunity.py"


class Example(Checks):
    def test_the_documented_program_creates_an_opportunity(self) -> None:
        account = self.new_account()
        run = subprocess.run(
            [sys.executable, str(PROGRAM), account.id], capture_output=True, text=True, timeout=60, check=False
        )
        self.assertEqual(run.returncode, 0, run.stderr)
        opportunity = self.client.opportunity.retrieve(run.stdout.strip())
        self.assertRegex(opportunity.id, r"^opp_\w+$")
        self.assertEqual(opportunity.fields["$name"].value, "Northwind renewal")
        self.assertEqual(opportunity.fields["$amount"].value, 48000)
        self.assertEqual(linked(opportunity, "$account"), [account.id])
