from __future__ import annotations

import uuid

from .workspace import Checks, linked, values


class Contacts(Checks):
    def test_decodes_a_full_name(self) -> None:
        contact = self.new_contact(**{"$name": {"firstName": "Grace"}})
        name = contact.fields["$name"].value
        self.assertEqual(type(name).__name__, "FieldsValueFullName")
        self.assertEqual((name.first_name, name.last_name), ("Grace", None))  # type: ignore[union-attr]

    def test_creates_with_emails_phones_and_a_checkbox(self) -> None:
        address = f"{uuid.uuid4().hex}@northwind.example"
        contact = self.new_contact(**{
            "$email": [address, "ada@northwind.example"],
            "$phone": ["+12025551234 x100", "(202) 555-0147"],
            "$title": "CTO",
            "$doNotContact": True,
        })  # fmt: skip
        self.assertEqual(contact.fields["$email"].value, [address, "ada@northwind.example"])
        self.assertEqual(contact.fields["$phone"].value, ["+12025551234;ext=100", "+12025550147"])
        self.assertEqual(contact.fields["$title"].value, "CTO")
        self.assertIs(contact.fields["$doNotContact"].value, True)

    def test_retrieves_what_create_answered(self) -> None:
        created = self.new_contact(**{"$title": "CTO"})
        self.assertEqual(values(self.client.contact.retrieve(created.id)), values(created))

    def test_updates_and_clears_values(self) -> None:
        created = self.new_contact(**{"$title": "CTO", "$doNotContact": True})
        updated = self.client.contact.update(created.id, fields={"$title": None, "$doNotContact": False})
        self.assertEqual(values(updated), {**values(created), "$title": None, "$doNotContact": False})

    def test_belongs_to_several_accounts(self) -> None:
        first, second = self.new_account(), self.new_account()
        contact = self.client.contact.create(fields={}, relationships={"$account": [first.id, second.id]})
        self.assertEqual(sorted(linked(contact, "$account")), sorted([first.id, second.id]))
        self.assertEqual(contact.relationships["$account"].cardinality, "HAS_MANY")
        self.assertEqual(linked(self.client.account.retrieve(second.id), "$contact"), [contact.id])

    def test_lists_by_email_and_full_name(self) -> None:
        token = uuid.uuid4().hex
        contact = self.new_contact(**{
            "$name": {"firstName": "Ada", "lastName": token},
            "$email": [f"{token}@northwind.example"],
        })  # fmt: skip
        for query in ({"$email[contains]": f"{token}@northwind.example"}, {"$name[equal]": f"Ada {token}"}):
            page = self.client.contact.list(limit=5, extra_query=query)
            self.assertEqual(([record.id for record in page.data], page.total_count), ([contact.id], 1), query)
        name = page.data[0].fields["$name"].value
        self.assertEqual((name.first_name, name.last_name), ("Ada", token))  # type: ignore[union-attr]

    def test_describes_fields_and_relationships(self) -> None:
        definitions = self.client.contact.definitions()
        self.assertEqual(definitions.object_type, "contact")
        self.assertEqual(definitions.field_definitions["$name"].value_type, "FULL_NAME")
        self.assertEqual(definitions.field_definitions["$phone"].value_type, "TELEPHONE")
        self.assertEqual(definitions.relationship_definitions["$account"].object_type, "account")
