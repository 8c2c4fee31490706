from __future__ import annotations

import unittest
import uuid
from typing import Any

from lightfield import BadRequestError, UnprocessableEntityError

from .workspace import MAIL_PORT, Checks, admin, linked, unique


class Emails(Checks):
    def test_are_retrieved_with_their_body_and_listed_without(self) -> None:
        subject = unique("Three seats")
        made = self.new_email(subject=subject, html="<p>Hello</p>", **{"from": ["ada@northwind.example"]})
        email = self.client.email.retrieve(made["id"])
        self.assertEqual((email.object_type, email.access_level, email.http_link), ("email", "FULL", None))
        self.assertEqual((email.fields["$subject"].value, email.fields["$body"].value), (subject, "<p>Hello</p>"))
        self.assertEqual(email.fields["$from"].value, ["ada@northwind.example"])
        page = self.client.email.list(limit=1)
        self.assertEqual((page.object, page.data[0].id), ("list", made["id"]))
        self.assertNotIn("$body", page.data[0].fields)

    def test_belong_to_the_contacts_of_their_addresses(self) -> None:
        address = f"{uuid.uuid4().hex}@northwind.example"
        contact = self.client.contact.create(fields={"$email": [address]})
        email = self.client.email.retrieve(self.new_email(to=[address])["id"])
        self.assertEqual(linked(email, "$contact"), [contact.id])

    def test_that_are_private_are_for_those_who_took_part(self) -> None:
        hidden = self.client.email.retrieve(self.new_email(privacySetting="METADATA")["id"])
        self.assertEqual((hidden.access_level, hidden.fields["$subject"].value), ("METADATA", None))
        mine = self.client.email.retrieve(
            self.new_email(privacySetting="METADATA", holderId=self.member_id())["id"]
        )
        self.assertEqual(mine.access_level, "FULL")

    @unittest.skipUnless(MAIL_PORT, "needs OPENFIELD_MAIL_PORT, where a mail server is")
    def test_are_sent_from_a_mailbox_once_for_each_key(self) -> None:
        address = f"{uuid.uuid4().hex}@acme.example"
        server = {"host": "127.0.0.1", "port": int(MAIL_PORT or 0), "security": "none"}
        admin("POST", "/mailboxes", {"email": address, "password": "secret", "smtp": server})
        subject = unique("Sent")
        email: dict[str, Any] = {
            "from_": address,
            "to": ["ada@northwind.example"],
            "subject": subject,
            "message_body": {"content": "<p>Hello</p>"},
            "extra_headers": {"Idempotency-Key": uuid.uuid4().hex},
        }
        sent = self.client.email.send(**email)
        self.assertEqual(self.client.email.send(**email).sent_at, sent.sent_at)
        page = self.client.email.list(limit=2)
        self.assertEqual([one.fields["$subject"].value for one in page.data].count(subject), 1)
        self.assertEqual(page.data[0].fields["$sentAt"].value, sent.sent_at)

    def test_are_sent_from_no_mailbox_but_ones_own(self) -> None:
        with self.assertRaises(UnprocessableEntityError) as refused:
            self.client.email.send(
                from_="somebody@else.example",
                to=["ada@northwind.example"],
                subject="Hello",
                message_body={"content": "Hello"},
            )
        self.assert_error(refused.exception, "unprocessable_content", param="from")

    def test_are_drafted_with_something_besides_the_sender(self) -> None:
        with self.assertRaises(BadRequestError) as refused:
            self.client.email.draft(from_="somebody@else.example")
        self.assert_error(refused.exception, "bad_request", code="parameter_missing", param="to")

    def new_email(self, **more: Any) -> dict[str, Any]:
        made = admin("POST", "/emails", {"subject": "Hello", "sentAt": "2026-05-01T09:00:00Z", **more})
        assert isinstance(made, dict)
        return made
