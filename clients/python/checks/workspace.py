"""The workspace under test: clients for it, its admin API over plain HTTP, and records to work with."""

from __future__ import annotations

import hashlib
import json
import os
import unittest
import urllib.error
import urllib.request
import uuid
from typing import Any

from lightfield import APIStatusError, Lightfield
from lightfield.types import (
    AccountCreateResponse,
    ContactCreateResponse,
    FileCompleteResponse,
    OpportunityCreateResponse,
    TaskCreateResponse,
)

URL = os.environ["OPENFIELD_URL"].rstrip("/")
KEY = os.environ["OPENFIELD_KEY"]
ADMIN_KEY = os.environ.get("OPENFIELD_ADMIN") or KEY
LIMITED_URL = os.environ.get("OPENFIELD_LIMITED_URL")
MAIL_PORT = os.environ.get("OPENFIELD_MAIL_PORT")
LIMITED_KEY = os.environ.get("OPENFIELD_LIMITED_KEY")


def connect(**options: Any) -> Lightfield:
    """A client like any user's, except that an answer which does not fit the client's types is an error."""
    return Lightfield(**{"api_key": KEY, "base_url": URL, "_strict_response_validation": True, **options})


def admin(method: str, path: str, body: object = None) -> Any:
    """Calls the admin API, which the official client does not know, and returns the decoded answer."""
    request = urllib.request.Request(
        f"{URL}/admin/v1{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {ADMIN_KEY}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def define_object_type(slug: str) -> str:
    """Defines a custom object type, unless an earlier run has: there is no way to remove one. Returns its slug."""
    try:
        admin("POST", "/objects", {"slug": slug, "label": slug.capitalize()})
    except urllib.error.HTTPError as error:
        if error.code != 409:
            raise
    return slug


def put(url: str, headers: dict[str, str], content: bytes) -> int:
    """Sends bytes where a new file wants them, with its headers and no key, and returns the status."""
    request = urllib.request.Request(url, content, headers, method="PUT")
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def download(url: str) -> bytes:
    """What is at an address, to which no key is sent."""
    with urllib.request.urlopen(url, timeout=30) as response:
        return bytes(response.read())


def unique(text: str) -> str:
    """The text with an ending that no other record has, so that checks can run again on the same server."""
    return f"{text} {uuid.uuid4().hex[:12]}"


WRITTEN_IN_THE_BACKGROUND = {"$opportunityStatus", "$accountStatus", "$howTheyMakeMoney", "$lastInteractionAt"}


def values(record: Any) -> dict[str, Any]:
    """The bare values of a record by field, without those that arrive whenever their job has run."""
    fields = {key: field.to_dict() for key, field in record.fields.items() if key not in WRITTEN_IN_THE_BACKGROUND}
    return {key: field["value"] for key, field in fields.items()}


def linked(record: Any, key: str) -> list[str]:
    """The ids under one relationship of a record."""
    return list(record.relationships[key].values)


class Checks(unittest.TestCase):
    """One client, and the records that most checks start from."""

    client: Lightfield
    maxDiff = None

    @classmethod
    def setUpClass(cls) -> None:
        cls.client = connect()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.client.close()

    def new_account(self, **fields: Any) -> AccountCreateResponse:
        return self.client.account.create(fields={"$name": unique("Northwind"), **fields})

    def new_contact(self, **fields: Any) -> ContactCreateResponse:
        return self.client.contact.create(fields={"$name": {"firstName": "Ada", "lastName": "Byron"}, **fields})

    def new_opportunity(self, account_id: str, **fields: Any) -> OpportunityCreateResponse:
        return self.client.opportunity.create(
            fields={"$name": unique("Renewal"), "$stage": "Proposal", **fields},
            relationships={"$account": account_id},
        )

    def new_task(self, account_id: str) -> TaskCreateResponse:
        return self.client.task.create(
            fields={"title": unique("Call"), "status": "TODO", "due_at": "2026-07-01T10:00:00+02:00"},
            relationships={"$assignedTo": self.member_id(), "$account": account_id},
        )

    def new_file(self, content: bytes, **purpose: Any) -> FileCompleteResponse:
        """A completed file."""
        file = self.client.file.create(
            filename="notes.txt", mime_type="text/plain", size_bytes=len(content), **purpose
        )
        self.assertIn(put(file.upload_url, file.upload_headers, content), (200, 201, 204))
        return self.client.file.complete(file.id, md5=hashlib.md5(content).hexdigest())

    def member_id(self) -> str:
        """The member of the key; read as it came, since the client's types of members are not those of the document."""
        return str(self.client.member.with_raw_response.list(limit=1).json()["data"][0]["id"])

    def new_field(
        self, value_type: str, type_configuration: dict[str, Any] | None = None, object_type: str = "opportunity"
    ) -> str:
        """The slug of a new field; the field is removed when the check is over."""
        slug = f"clients-{uuid.uuid4().hex[:12]}"
        body = {"slug": slug, "label": slug, "valueType": value_type, "typeConfiguration": type_configuration or {}}
        admin("POST", f"/objects/{object_type}/fields", body)
        self.addCleanup(admin, "DELETE", f"/objects/{object_type}/fields/{slug}")
        return slug

    def new_key(self, *scopes: str) -> str:
        """A key with these scopes only; it is revoked when the check is over."""
        key = admin("POST", "/api-keys", {"name": unique("clients"), "scopes": list(scopes)})
        self.addCleanup(admin, "DELETE", f"/api-keys/{key['id']}")
        return key["key"]

    def option_id(self, definitions: Any, field: str, label: str) -> str:
        """The id of the select option with this label."""
        options = definitions.field_definitions[field].type_configuration.options or []
        ids = [option.id for option in options if option.label == label]
        self.assertEqual(len(ids), 1, f"options of {field} labelled {label}")
        return ids[0]

    def assert_error(self, error: APIStatusError, type: str, code: str | None = None, param: str | None = None) -> None:
        """Compares the body of a refusal, as the client hands it to its users."""
        body = error.body
        assert isinstance(body, dict), body
        refusal = body["error"]
        self.assertEqual((refusal["type"], refusal.get("code"), refusal.get("param")), (type, code, param))
        self.assertTrue(refusal["message"])
