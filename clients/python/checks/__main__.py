"""Runs every check in order, a line each, and exits with 1 when one failed."""

from __future__ import annotations

import sys
import unittest

from .accounts import Accounts
from .auth import Auth
from .contacts import Contacts
from .custom_fields import CustomFields
from .custom_objects import CustomObjects
from .emails import Emails
from .enrichment import Enrichment
from .errors import Errors
from .example import Example
from .field_history import FieldHistory
from .files import Files
from .idempotency import Idempotency
from .lists import Lists
from .meetings import Meetings
from .members import Members
from .merges import Merges
from .messages import Messages
from .notes import Notes
from .opportunities import Opportunities
from .rate_limits import RateLimits
from .tasks import Tasks
from .trash import Trash
from .workflows import Workflows

ALL = (
    Example,
    Opportunities,
    Accounts,
    Contacts,
    Tasks,
    Notes,
    Meetings,
    Lists,
    Members,
    Messages,
    Emails,
    Files,
    Enrichment,
    Workflows,
    Auth,
    Errors,
    Idempotency,
    CustomFields,
    CustomObjects,
    Trash,
    FieldHistory,
    Merges,
    RateLimits,
)


class InOrder(unittest.TestLoader):
    """Keeps the order in which the checks are written."""

    def getTestCaseNames(self, testCaseClass: type[unittest.TestCase]) -> list[str]:
        return [name for name in vars(testCaseClass) if name.startswith(self.testMethodPrefix)]


class Report(unittest.TextTestResult):
    """Prints `ok`, `FAIL` or `skip` and the check's name on standard output; what went wrong follows at the end."""

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.line("ok", test)

    def addFailure(self, test: unittest.TestCase, err: object) -> None:
        super().addFailure(test, err)  # type: ignore[arg-type]
        self.line("FAIL", test)

    def addError(self, test: unittest.TestCase, err: object) -> None:
        super().addError(test, err)  # type: ignore[arg-type]
        self.line("FAIL", test)

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        super().addSkip(test, reason)
        self.line("skip", test)

    def line(self, outcome: str, test: unittest.TestCase) -> None:
        name = test.id().split(".", 2)[-1].replace(".test_", "/")
        print(outcome, name, flush=True)


if __name__ == "__main__":
    loader = InOrder()
    suite = unittest.TestSuite(loader.loadTestsFromTestCase(checks) for checks in ALL)
    result = unittest.TextTestRunner(verbosity=0, resultclass=Report).run(suite)
    sys.exit(0 if result.wasSuccessful() else 1)
