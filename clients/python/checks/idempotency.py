from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

from lightfield import UnprocessableEntityError

from .workspace import Checks, unique


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


class Idempotency(Checks):
    def test_the_same_key_answers_the_same_record(self) -> None:
        headers, name = key(), unique("Northwind")
        create = self.client.account.with_raw_response.create
        first = create(fields={"$name": name}, extra_headers=headers)
        second = create(fields={"$name": "Something else"}, extra_headers=headers)
        self.assertEqual(second.text(), first.text())
        self.assertEqual(self.client.account.list(extra_query={"$name[equal]": name}).total_count, 1)

    def test_the_same_key_on_another_type_makes_another_record(self) -> None:
        headers = key()
        account = self.client.account.create(fields={"$name": unique("Northwind")}, extra_headers=headers)
        contact = self.client.contact.create(fields={}, extra_headers=headers)
        self.assertRegex(account.id, r"^acc_")
        self.assertRegex(contact.id, r"^con_")

    def test_the_same_key_on_an_update_updates(self) -> None:
        headers = key()
        account = self.client.account.create(fields={"$name": unique("Northwind")}, extra_headers=headers)
        updated = self.client.account.update(account.id, fields={"$name": "Southwind"}, extra_headers=headers)
        self.assertEqual(updated.fields["$name"].value, "Southwind")

    def test_a_refused_request_does_not_use_up_its_key(self) -> None:
        headers = key()
        with self.assertRaises(UnprocessableEntityError):
            self.client.account.create(fields={}, extra_headers=headers)
        account = self.client.account.create(fields={"$name": "Northwind"}, extra_headers=headers)
        self.assertRegex(account.id, r"^acc_")

    def test_racing_twins_make_one_record(self) -> None:
        headers, name = key(), unique("Northwind")
        client = self.client.with_options(max_retries=10)  # a twin in flight answers 409, which the client retries
        with ThreadPoolExecutor(8) as pool:
            twins = [pool.submit(client.account.create, fields={"$name": name}, extra_headers=headers) for _ in range(8)]
            ids = {twin.result().id for twin in twins}
        self.assertEqual(len(ids), 1)
        self.assertEqual(self.client.account.list(extra_query={"$name[equal]": name}).total_count, 1)
