from __future__ import annotations

import uuid
from typing import Any

from lightfield import NotFoundError, UnprocessableEntityError
from lightfield.types import ObjectCreateResponse

from .workspace import Checks, admin, define_object_type, linked, unique, values


class CustomObjects(Checks):
    vehicle: str
    boat: str

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.vehicle, cls.boat = define_object_type("vehicle"), define_object_type("boat")

    def test_are_listed_by_the_alphabet(self) -> None:
        types = self.client.object.list_definitions().data
        self.assertIn(("vehicle", "Vehicle"), [(one.object_type, one.label) for one in types])
        slugs = [one.object_type for one in types]
        self.assertEqual(slugs, sorted(slugs))

    def test_are_described(self) -> None:
        wheels = self.new_field("NUMBER", object_type=self.vehicle)
        definitions = self.client.object.definitions(self.vehicle)
        self.assertEqual(definitions.object_type, self.vehicle)
        self.assertEqual(definitions.field_definitions["$name"].value_type, "TEXT")
        self.assertEqual(definitions.field_definitions[wheels].value_type, "NUMBER")

    def test_are_created_and_retrieved(self) -> None:
        wheels = self.new_field("NUMBER", object_type=self.vehicle)
        created = self.new_vehicle(**{wheels: 4})
        self.assertRegex(created.id, r"^obj_\w+$")
        self.assertRegex(created.http_link or "", rf"/crm/{self.vehicle}/{created.id}$")
        self.assertEqual((created.fields[wheels].value_type, created.fields[wheels].value), ("NUMBER", 4))
        retrieved = self.client.object.retrieve(created.id, entity_slug=self.vehicle)
        self.assertEqual(values(retrieved), values(created))

    def test_are_updated_and_cleared(self) -> None:
        color = self.new_field("TEXT", object_type=self.vehicle)
        created = self.new_vehicle(**{color: "blue"})
        updated = self.client.object.update(
            created.id, entity_slug=self.vehicle, fields={"$name": "Van", color: None}
        )
        self.assertEqual(values(updated), {**values(created), "$name": "Van", color: None})

    def test_are_linked_from_both_ends(self) -> None:
        keeper, fleet = self.new_relationship()
        account = self.new_account()
        created = self.client.object.create(
            self.vehicle, fields={"$name": "Van"}, relationships={keeper: account.id}
        )
        self.assertEqual(linked(created, keeper), [account.id])
        self.assertEqual(created.relationships[keeper].object_type, "account")
        self.assertEqual(linked(self.client.account.retrieve(account.id), fleet), [created.id])
        emptied = self.client.account.update(account.id, relationships={fleet: {"remove": created.id}})
        self.assertEqual(linked(emptied, fleet), [])
        added = self.client.object.update(
            created.id, entity_slug=self.vehicle, relationships={keeper: {"add": account.id}}
        )
        self.assertEqual(linked(added, keeper), [account.id])

    def test_are_listed_by_field_and_relationship(self) -> None:
        wheels = self.new_field("NUMBER", object_type=self.vehicle)
        keeper, _ = self.new_relationship()
        account = self.new_account()
        self.new_vehicle(**{wheels: 2})
        van = self.client.object.create(
            self.vehicle, fields={"$name": unique("Van"), wheels: 4}, relationships={keeper: account.id}
        )
        for query in (
            {"$name[equal]": van.fields["$name"].value},
            {f"{wheels}[greaterThan]": "3"},
            {f"{keeper}[contains]": account.id},
        ):
            page = self.client.object.list(self.vehicle, limit=5, extra_query=query)
            self.assertEqual(([record.id for record in page.data], page.total_count), ([van.id], 1), query)

    def test_404_for_an_id_of_another_type(self) -> None:
        created = self.new_vehicle()
        with self.assertRaises(NotFoundError) as caught:
            self.client.object.retrieve(created.id, entity_slug=self.boat)
        self.assert_error(caught.exception, "not_found")

    def test_404_for_an_unknown_type(self) -> None:
        with self.assertRaises(NotFoundError) as caught:
            self.client.object.list("unicorn")
        self.assert_error(caught.exception, "not_found")

    def test_422_without_a_name(self) -> None:
        with self.assertRaises(UnprocessableEntityError) as caught:
            self.client.object.create(self.vehicle, fields={})
        self.assert_error(caught.exception, "unprocessable_content", None, "fields.$name")

    def new_vehicle(self, **fields: Any) -> ObjectCreateResponse:
        return self.client.object.create(self.vehicle, fields={"$name": unique("Van"), **fields})

    def new_relationship(self) -> tuple[str, str]:
        """The slugs of a new relationship of vehicles, to one account, and of its inverse; it is removed afterwards."""
        token = uuid.uuid4().hex[:12]
        keeper, fleet = f"keeper-{token}", f"fleet-{token}"
        body = {
            "slug": keeper,
            "label": "Keeper",
            "to": "account",
            "cardinality": "HAS_ONE",
            "inverse": {"slug": fleet, "label": "Fleet", "cardinality": "HAS_MANY"},
        }
        admin("POST", f"/objects/{self.vehicle}/relationships", body)
        self.addCleanup(admin, "DELETE", f"/objects/{self.vehicle}/relationships/{keeper}")
        return keeper, fleet
