from __future__ import annotations

from lightfield import Lightfield

from .workspace import Checks, connect


class Members(Checks):
    client: Lightfield

    @classmethod
    def setUpClass(cls) -> None:
        # The newest client's types want a relationship `$user` that the official API document does not allow.
        cls.client = connect(_strict_response_validation=False)

    def test_lists_members(self) -> None:
        page = self.client.member.list(limit=25)
        self.assertEqual(page.object, "list")
        self.assertGreaterEqual(page.total_count, 1)
        for member in page.data:
            self.assertRegex(member.id, r"^mem_\w+$")
            self.assertIn("@", member.fields.email.value)
            self.assertIn(member.fields.role.value, ("admin", "member"))

    def test_retrieves_a_member(self) -> None:
        listed = self.client.member.list(limit=1).data[0]
        member = self.client.member.retrieve(listed.id)
        self.assertEqual((member.id, member.created_at), (listed.id, listed.created_at))
        self.assertEqual(member.fields.email.value, listed.fields.email.value)
        self.assertEqual(member.fields.email.value_type, "EMAIL")
        self.assertEqual(member.fields.name.value_type, "FULL_NAME")

    def test_owns_an_account(self) -> None:
        member = self.client.member.list(limit=1).data[0]
        account = self.client.account.create(fields={"$name": "Northwind"}, relationships={"$owner": member.id})
        owner = account.relationships["$owner"]
        self.assertEqual((owner.cardinality, owner.object_type, owner.values), ("HAS_ONE", "member", [member.id]))
