from __future__ import annotations

import unittest
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from lightfield import RateLimitError

from .workspace import LIMITED_KEY, LIMITED_URL, Checks, connect


def at_once(count: int, call: Callable[[], Any]) -> list[Any]:
    """The results of this many simultaneous calls; a call refused for its rate gives its error."""

    def attempt(_: int) -> Any:
        try:
            return call()
        except RateLimitError as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(attempt, range(count)))


@unittest.skipUnless(LIMITED_URL, "needs OPENFIELD_LIMITED_URL, a server that allows 5 requests a second")
class RateLimits(Checks):
    @classmethod
    def setUpClass(cls) -> None:
        cls.client = connect(base_url=LIMITED_URL, api_key=LIMITED_KEY, max_retries=0)

    def test_429_surfaces_when_retries_are_off(self) -> None:
        refused = [answer for answer in at_once(40, self.client.account.list) if isinstance(answer, RateLimitError)]
        self.assertGreater(len(refused), 0)
        self.assertLess(len(refused), 40)
        self.assertEqual(refused[0].status_code, 429)
        self.assert_error(refused[0], "too_many_requests")
        headers = refused[0].response.headers
        self.assertGreaterEqual(int(headers["Retry-After"]), 1)
        self.assertEqual((headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]), ("5", "0"))

    def test_429_is_retried_until_it_succeeds(self) -> None:
        client = self.client.with_options(max_retries=20)
        answers = at_once(15, client.account.with_raw_response.list)
        self.assertEqual([answer.status_code for answer in answers], [200] * 15)
        self.assertGreater(sum(answer.retries_taken for answer in answers), 0)

    def test_searches_do_not_use_up_reads(self) -> None:
        refused = [answer for answer in at_once(40, self.client.account.list) if isinstance(answer, RateLimitError)]
        self.assertGreater(len(refused), 0)
        self.assertIs(self.client.auth.validate().active, True)
