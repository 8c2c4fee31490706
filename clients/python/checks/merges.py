from __future__ import annotations

from lightfield import NotFoundError, UnprocessableEntityError

from .workspace import Checks, define_object_type, linked, unique, values


class Merges(Checks):
    def test_merges_accounts_with_their_links(self) -> None:
        primary = self.new_account(**{"$headcount": "1-10"})
        duplicate = self.new_account(**{"$headcount": "11-50", "$website": ["https://northwind.example"]})
        opportunity = self.new_opportunity(duplicate.id)
        answer = self.client.merge.merge_accounts(primary_id=primary.id, duplicate_id=duplicate.id)
        self.assertRegex(answer.merge.id, r"^mrg_\w+$")
        self.assertIn(answer.merge.status, ("cleanup_pending", "done"))
        self.assertEqual((answer.primary.id, answer.summary.warnings), (primary.id, []))
        expected = {**values(primary), "$website": duplicate.fields["$website"].value}
        self.assertEqual(values(self.client.account.retrieve(primary.id)), expected)
        self.assertEqual(linked(self.client.opportunity.retrieve(opportunity.id), "$account"), [primary.id])
        with self.assertRaises(NotFoundError):
            self.client.account.retrieve(duplicate.id)

    def test_resolves_fields_as_it_is_told(self) -> None:
        primary = self.new_account(**{"$headcount": "1-10", "$industry": ["Retail"]})
        duplicate = self.new_account(**{"$headcount": "11-50", "$industry": ["Media"]})
        merged = self.client.merge.merge_accounts(
            primary_id=primary.id,
            duplicate_id=duplicate.id,
            field_resolutions={"$name": {"value": "Northwind"}, "$headcount": "duplicate"},
            options={"multi_select_union": True},
        ).primary
        self.assertEqual(merged.fields["$name"].value, "Northwind")
        self.assertEqual(merged.fields["$headcount"].value, duplicate.fields["$headcount"].value)
        both = [*primary.fields["$industry"].value, *duplicate.fields["$industry"].value]  # type: ignore[misc]
        self.assertEqual(sorted(merged.fields["$industry"].value), sorted(both))  # type: ignore[arg-type]

    def test_takes_fields_by_their_slug_too(self) -> None:
        primary, duplicate = self.new_account(), self.new_account()
        merged = self.client.merge.merge_accounts(
            primary_id=primary.id, duplicate_id=duplicate.id, field_resolutions={"name": "duplicate"}
        ).primary
        self.assertEqual(merged.fields["$name"].value, duplicate.fields["$name"].value)

    def test_merges_contacts(self) -> None:
        account = self.new_account()
        primary = self.new_contact(**{"$title": "CTO"})
        duplicate = self.client.contact.create(
            fields={"$email": ["ada@northwind.example"]}, relationships={"$account": account.id}
        )
        answer = self.client.merge.merge_contacts(primary_id=primary.id, duplicate_id=duplicate.id)
        merged = answer.primary
        self.assertEqual((merged.fields["$title"].value, linked(merged, "$account")), ("CTO", [account.id]))
        self.assertEqual(merged.fields["$email"].value, ["ada@northwind.example"])
        self.assertEqual(answer.summary.field_write_count, 1)

    def test_merges_opportunities_of_one_account(self) -> None:
        account = self.new_account()
        primary, duplicate = self.new_opportunity(account.id), self.new_opportunity(account.id, **{"$amount": 10})
        merged = self.client.merge.merge_opportunities(primary_id=primary.id, duplicate_id=duplicate.id).primary
        self.assertEqual((merged.id, merged.fields["$amount"].value), (primary.id, 10))
        other = self.new_opportunity(self.new_account().id)
        with self.assertRaises(UnprocessableEntityError) as caught:
            self.client.merge.merge_opportunities(primary_id=primary.id, duplicate_id=other.id)
        self.assert_error(caught.exception, "unprocessable_content", None, "duplicateId")

    def test_merges_custom_objects(self) -> None:
        slug = define_object_type("vehicle")
        wheels = self.new_field("NUMBER", object_type=slug)
        primary, duplicate = (
            self.client.object.create(slug, fields={"$name": unique("Van"), wheels: number}) for number in (4, 6)
        )
        answer = self.client.merge.merge_object_values(
            slug, primary_id=primary.id, duplicate_id=duplicate.id, field_resolutions={wheels: "duplicate"}
        )
        self.assertEqual((answer.primary.id, answer.primary.fields[wheels].value), (primary.id, 6))
        self.assertEqual(self.client.merge.get_merge(answer.merge.id).entity_type, slug)

    def test_retrieves_a_merge(self) -> None:
        primary, duplicate = self.new_contact(), self.new_contact()
        answer = self.client.merge.merge_contacts(primary_id=primary.id, duplicate_id=duplicate.id)
        merge = self.client.merge.get_merge(answer.merge.id)
        self.assertEqual((merge.id, merge.entity_type, merge.status), (answer.merge.id, "contact", "done"))
        self.assertEqual((merge.primary_id, merge.duplicate_id), (primary.id, duplicate.id))
        self.assertLessEqual(merge.created_at, merge.updated_at)

    def test_404_for_a_duplicate_that_was_merged_already(self) -> None:
        primary, duplicate = self.new_contact(), self.new_contact()
        self.client.merge.merge_contacts(primary_id=primary.id, duplicate_id=duplicate.id)
        with self.assertRaises(NotFoundError) as caught:
            self.client.merge.merge_contacts(primary_id=primary.id, duplicate_id=duplicate.id)
        self.assert_error(caught.exception, "not_found")

    def test_422_for_a_record_and_itself(self) -> None:
        contact = self.new_contact()
        with self.assertRaises(UnprocessableEntityError) as caught:
            self.client.merge.merge_contacts(primary_id=contact.id, duplicate_id=contact.id)
        self.assert_error(caught.exception, "unprocessable_content", None, "duplicateId")
