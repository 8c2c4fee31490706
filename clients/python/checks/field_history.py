from __future__ import annotations

from lightfield import BadRequestError, NotFoundError

from .workspace import Checks, define_object_type, unique


class FieldHistory(Checks):
    def test_says_which_values_a_field_had_and_when(self) -> None:
        opportunity = self.new_opportunity(self.new_account().id, **{"$stage": "Lead"})
        for stage in ("Demo", "Demo", "Won"):
            self.client.opportunity.update(opportunity.id, fields={"$stage": stage})
        history = self.client.opportunity.field_history("$stage", id=opportunity.id)
        self.assertEqual([entry.display_value for entry in history.data], ["Won", "Demo", "Lead"])
        self.assertEqual([entry.is_create for entry in history.data], [False, False, True])
        self.assertEqual((history.has_more, history.next_cursor), (False, None))
        newest, *_, oldest = history.data
        self.assertEqual(newest.value_type, "SINGLE_SELECT")
        self.assertEqual(newest.value, self.option_id(self.client.opportunity.definitions(), "$stage", "Won"))
        self.assertEqual(oldest.recorded_at, opportunity.created_at)
        self.assertGreaterEqual(newest.recorded_at, oldest.recorded_at)

    def test_is_read_page_by_page(self) -> None:
        account = self.new_account(**{"$headcount": "1-10"})
        for headcount in ("11-50", "51-200", "201-500"):
            self.client.account.update(account.id, fields={"$headcount": headcount})
        seen, after, pages = [], None, 0
        while pages == 0 or after is not None:
            cursor = {} if after is None else {"after": after}
            page = self.client.account.field_history("$headcount", id=account.id, limit=2, **cursor)
            self.assertEqual(page.has_more, page.next_cursor is not None)
            seen += [(entry.display_value, entry.is_create) for entry in page.data]
            after, pages = page.next_cursor, pages + 1
        self.assertEqual(seen, [(label, False) for label in ("201-500", "51-200", "11-50", "1-10")])
        self.assertEqual(pages, 2)

    def test_keeps_values_of_every_shape(self) -> None:
        contact = self.new_contact(**{"$email": ["ada@northwind.example"]})
        self.client.contact.update(contact.id, fields={"$name": {"firstName": "Ada", "lastName": "King"}})
        newest, oldest = self.client.contact.field_history("$name", id=contact.id).data
        self.assertEqual((newest.value.last_name, oldest.value.last_name), ("King", "Byron"))  # type: ignore[union-attr]
        (only,) = self.client.contact.field_history("$email", id=contact.id).data
        self.assertEqual(only.value, ["ada@northwind.example"])

    def test_is_there_for_fields_of_ones_own(self) -> None:
        slug = define_object_type("vehicle")
        wheels = self.new_field("NUMBER", object_type=slug)
        vehicle = self.client.object.create(slug, fields={"$name": unique("Van"), wheels: 4})
        self.client.object.update(vehicle.id, entity_slug=slug, fields={wheels: 6})
        history = self.client.object.field_history(wheels, entity_slug=slug, id=vehicle.id)
        self.assertEqual([entry.value for entry in history.data], [6, 4])

    def test_400_for_what_the_system_writes_and_for_relationships(self) -> None:
        account = self.new_account()
        for key in ("$accountStatus", "$contact"):
            with self.assertRaises(BadRequestError) as caught:
                self.client.account.field_history(key, id=account.id)
            self.assert_error(caught.exception, "bad_request", "invalid_configuration", "fieldKey")

    def test_400_for_an_unknown_field(self) -> None:
        with self.assertRaises(BadRequestError) as caught:
            self.client.account.field_history("bogus", id=self.new_account().id)
        self.assert_error(caught.exception, "bad_request", "unknown_field", "fieldKey")

    def test_404_for_an_unknown_record(self) -> None:
        with self.assertRaises(NotFoundError) as caught:
            self.client.contact.field_history("$name", id="con_00000000000000000000000000")
        self.assert_error(caught.exception, "not_found")
