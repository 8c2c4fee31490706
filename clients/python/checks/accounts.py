from __future__ import annotations

import uuid

from .workspace import Checks, linked, values


class Accounts(Checks):
    def test_creates_with_urls_selects_handles_and_an_address(self) -> None:
        definitions = self.client.account.definitions()
        account = self.new_account(**{
            "$website": ["https://northwind.example", "https://shop.northwind.example"],
            "$industry": ["Software", self.option_id(definitions, "$industry", "Retail")],
            "$headcount": "11-50",
            "$linkedIn": "https://www.linkedin.com/company/northwind",
            "$primaryAddress": {"street": "1 Harbour Road", "city": "Cork", "postalCode": "T12", "country": "IE"},
        })  # fmt: skip
        fields = account.fields
        self.assertEqual(
            [str(url).rstrip("/") for url in fields["$website"].value],  # type: ignore[union-attr]
            ["https://northwind.example", "https://shop.northwind.example"],
        )
        self.assertEqual(
            sorted(fields["$industry"].value),  # type: ignore[arg-type]
            sorted(self.option_id(definitions, "$industry", label) for label in ("Software", "Retail")),
        )
        self.assertEqual(fields["$headcount"].value, self.option_id(definitions, "$headcount", "11-50"))
        self.assertIn("linkedin.com/company/northwind", str(fields["$linkedIn"].value))

    def test_decodes_an_address(self) -> None:
        account = self.new_account(**{
            "$primaryAddress": {"street": "1 Harbour Road", "city": "Cork", "country": "IE", "latitude": 51.9},
        })  # fmt: skip
        address = account.fields["$primaryAddress"].value
        self.assertEqual(type(address).__name__, "FieldsValueAddress")
        self.assertEqual((address.street, address.city, address.country), ("1 Harbour Road", "Cork", "IE"))  # type: ignore[union-attr]
        self.assertEqual((address.latitude, address.postal_code), (51.9, None))  # type: ignore[union-attr]

    def test_retrieves_what_create_answered(self) -> None:
        created = self.new_account(**{"$headcount": "1-10"})
        retrieved = self.client.account.retrieve(created.id)
        self.assertEqual(values(retrieved), values(created))
        self.assertEqual(retrieved.http_link, created.http_link)

    def test_updates_and_clears_values(self) -> None:
        created = self.new_account(**{"$headcount": "1-10", "$website": ["https://northwind.example"]})
        updated = self.client.account.update(created.id, fields={"$name": "Southwind", "$headcount": None})
        self.assertEqual(values(updated), {**values(created), "$name": "Southwind", "$headcount": None})

    def test_adds_removes_and_replaces_contacts(self) -> None:
        account = self.new_account()
        first, second, third = (self.new_contact().id for _ in range(3))
        self.assert_contacts(account.id, {"add": [first, second]}, [first, second])
        self.assert_contacts(account.id, {"add": third}, [first, second, third])
        self.assert_contacts(account.id, {"remove": [first]}, [second, third])
        self.assert_contacts(account.id, {"replace": first}, [first])
        self.assert_contacts(account.id, {"replace": None}, [])

    def test_lists_by_name_website_and_contact(self) -> None:
        host = f"{uuid.uuid4().hex}.example"
        account, contact = self.new_account(**{"$website": [f"https://{host}"]}), self.new_contact()
        self.client.account.update(account.id, relationships={"$contact": {"add": contact.id}})
        name = str(account.fields["$name"].value)
        for query in (
            {"$name[equal]": name},
            {"$name": name},
            {"$name[startsWith]": name[:-3]},
            {"$website[contains]": host},
            {"$account-contact[contains]": contact.id},
        ):
            page = self.client.account.list(extra_query=query)
            self.assertEqual(([record.id for record in page.data], page.total_count), ([account.id], 1), query)

    def test_describes_fields_and_relationships(self) -> None:
        definitions = self.client.account.definitions()
        self.assertEqual(definitions.object_type, "account")
        fields = definitions.field_definitions
        self.assertIs(fields["$website"].type_configuration.multiple_values, True)
        self.assertEqual(fields["$linkedIn"].type_configuration.handle_service, "LINKEDIN")
        self.assertEqual(fields["$primaryAddress"].value_type, "ADDRESS")
        self.assertEqual(definitions.relationship_definitions["$contact"].cardinality, "HAS_MANY")

    def assert_contacts(self, account_id: str, operation: dict[str, object], expected: list[str]) -> None:
        updated = self.client.account.update(account_id, relationships={"$contact": operation})  # type: ignore[dict-item]
        self.assertEqual(sorted(linked(updated, "$contact")), sorted(expected), operation)
        self.assertEqual(sorted(linked(self.client.account.retrieve(account_id), "$contact")), sorted(expected))
