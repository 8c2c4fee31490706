from __future__ import annotations

import time

from .workspace import Checks, linked, unique, values

TIMESTAMP = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"


class Opportunities(Checks):
    def test_creates_with_a_stage_label_and_answers_its_option_id(self) -> None:
        stage = self.option_id(self.client.opportunity.definitions(), "$stage", "Proposal")
        opportunity = self.new_opportunity(self.new_account().id, **{"$stage": "Proposal"})
        self.assertEqual(opportunity.fields["$stage"].value, stage)
        self.assertEqual(opportunity.fields["$stage"].value_type, "SINGLE_SELECT")

    def test_creates_with_a_stage_option_id(self) -> None:
        stage = self.option_id(self.client.opportunity.definitions(), "$stage", "Demo")
        opportunity = self.new_opportunity(self.new_account().id, **{"$stage": stage})
        self.assertEqual(opportunity.fields["$stage"].value, stage)

    def test_decodes_text_currency_and_datetime(self) -> None:
        opportunity = self.new_opportunity(
            self.new_account().id,
            **{"$name": "Größe ✓", "$amount": 1234.5, "$closeDate": "2026-03-16T12:00:00+02:00"},
        )
        typed = {key: (field.value_type, field.value) for key, field in opportunity.fields.items()}
        self.assertEqual(typed["$name"], ("TEXT", "Größe ✓"))
        self.assertEqual(typed["$amount"], ("CURRENCY", 1234.5))
        self.assertEqual(typed["$closeDate"], ("DATETIME", "2026-03-16T10:00:00.000Z"))

    def test_accepts_relationships_as_an_id_or_an_array(self) -> None:
        account, champion, evaluator = self.new_account(), self.new_contact(), self.new_contact()
        opportunity = self.client.opportunity.create(
            fields={"$name": unique("Renewal"), "$stage": "Lead"},
            relationships={"$account": [account.id], "$champion": champion.id, "$evaluator": [evaluator.id]},
        )
        self.assertEqual(linked(opportunity, "$account"), [account.id])
        self.assertEqual(linked(opportunity, "$champion"), [champion.id])
        self.assertEqual(linked(opportunity, "$evaluator"), [evaluator.id])
        self.assertEqual(opportunity.relationships["$champion"].cardinality, "HAS_ONE")
        self.assertEqual(opportunity.relationships["$champion"].object_type, "contact")

    def test_answers_link_and_timestamps(self) -> None:
        opportunity = self.new_opportunity(self.new_account().id)
        self.assertRegex(opportunity.http_link or "", rf"^https?://.+/crm/opportunities/{opportunity.id}$")
        self.assertRegex(opportunity.created_at, TIMESTAMP)
        self.assertEqual(opportunity.updated_at, opportunity.created_at)

    def test_answers_unset_values_as_null_and_unset_relationships_as_empty(self) -> None:
        opportunity = self.new_opportunity(self.new_account().id)
        self.assertEqual(opportunity.fields["$amount"].value_type, "CURRENCY")
        self.assertIsNone(opportunity.fields["$amount"].value)
        self.assertIsNone(opportunity.external_id)
        self.assertEqual(linked(opportunity, "$champion"), [])
        self.assertEqual(linked(opportunity, "$task"), [])

    def test_retrieves_what_create_answered(self) -> None:
        created = self.new_opportunity(self.new_account().id, **{"$amount": 10})
        retrieved = self.client.opportunity.retrieve(created.id)
        self.assertEqual(values(retrieved), values(created))
        self.assertEqual(
            {key: (link.cardinality, link.object_type, link.values) for key, link in retrieved.relationships.items()},
            {key: (link.cardinality, link.object_type, link.values) for key, link in created.relationships.items()},
        )
        self.assertEqual(retrieved.created_at, created.created_at)

    def test_updates_only_what_is_named(self) -> None:
        created = self.new_opportunity(self.new_account().id, **{"$amount": 10, "$nextStep": "Call"})
        time.sleep(0.01)  # timestamps have milliseconds
        updated = self.client.opportunity.update(created.id, fields={"$amount": 20})
        self.assertEqual(values(updated), {**values(created), "$amount": 20})
        self.assertEqual(linked(updated, "$account"), linked(created, "$account"))
        self.assertGreater(updated.updated_at or "", created.updated_at or "")
        self.assertEqual(self.client.opportunity.retrieve(created.id).updated_at, updated.updated_at)

    def test_clears_a_value_with_null(self) -> None:
        created = self.new_opportunity(self.new_account().id, **{"$nextStep": "Call"})
        updated = self.client.opportunity.update(created.id, fields={"$nextStep": None})
        self.assertIsNone(updated.fields["$nextStep"].value)
        self.assertIsNone(self.client.opportunity.retrieve(created.id).fields["$nextStep"].value)

    def test_replaces_and_clears_a_relationship(self) -> None:
        opportunity, first, second = self.new_opportunity(self.new_account().id), self.new_contact(), self.new_contact()
        update = self.client.opportunity.update
        set_ = update(opportunity.id, relationships={"$champion": {"add": first.id}})
        self.assertEqual(linked(set_, "$champion"), [first.id])
        replaced = update(opportunity.id, relationships={"$champion": {"replace": second.id}})
        self.assertEqual(linked(replaced, "$champion"), [second.id])
        cleared = update(opportunity.id, relationships={"$champion": {"replace": None}})
        self.assertEqual(linked(cleared, "$champion"), [])

    def test_appears_on_its_account(self) -> None:
        account = self.new_account()
        opportunity = self.new_opportunity(account.id)
        self.assertEqual(linked(self.client.account.retrieve(account.id), "$opportunity"), [opportunity.id])

    def test_lists_by_name_amount_stage_and_account(self) -> None:
        account = self.new_account()
        small = self.new_opportunity(account.id, **{"$amount": 100, "$stage": "Lead"})
        large = self.new_opportunity(account.id, **{"$amount": 900, "$stage": "Won"})
        by_account = {"$opportunity-account[contains]": account.id}
        self.assert_lists({"$name[equal]": small.fields["$name"].value}, [small.id])
        self.assert_lists(by_account, [large.id, small.id])
        self.assert_lists({**by_account, "$amount[greaterThan]": "100", "$amount[lessThanOrEqual]": "900"}, [large.id])
        self.assert_lists({**by_account, "$stage[equal]": "won"}, [large.id])
        self.assert_lists({**by_account, "$stage[-equal]": large.fields["$stage"].value}, [small.id])
        self.assert_lists({**by_account, "$amount[greaterThan]": "900"}, [])

    def test_pages_through_a_list_by_offset_newest_first(self) -> None:
        account = self.new_account()
        created = {self.new_opportunity(account.id).id for _ in range(5)}
        seen = []
        for offset in (0, 2, 4):
            page = self.client.opportunity.list(
                limit=2, offset=offset, extra_query={"$opportunity-account[contains]": account.id}
            )
            self.assertEqual((page.object, page.total_count), ("list", 5))
            self.assertEqual(len(page.data), min(2, 5 - offset))
            seen += page.data
        self.assertEqual({record.id for record in seen}, created)
        times = [record.created_at for record in seen]
        self.assertEqual(times, sorted(times, reverse=True))

    def test_describes_fields_stages_and_relationships(self) -> None:
        definitions = self.client.opportunity.definitions()
        self.assertEqual(definitions.object_type, "opportunity")
        fields, relationships = definitions.field_definitions, definitions.relationship_definitions
        self.assertEqual({key: fields[key].value_type for key in ("$name", "$stage", "$amount", "$opportunityStatus")}, {
            "$name": "TEXT", "$stage": "SINGLE_SELECT", "$amount": "CURRENCY", "$opportunityStatus": "MARKDOWN",
        })  # fmt: skip
        self.assertIs(fields["$opportunityStatus"].read_only, True)
        self.assertEqual(fields["$amount"].type_configuration.currency, "USD")
        self.assertRegex(self.option_id(definitions, "$stage", "Won"), r"^opt_\w+$")
        account = relationships["$account"]
        self.assertEqual((account.cardinality, account.object_type), ("HAS_ONE", "account"))
        self.assertEqual(relationships["$task"].cardinality, "HAS_MANY")

    def test_is_summarised_in_the_background(self) -> None:
        created = self.new_opportunity(self.new_account().id)
        deadline = time.monotonic() + 30
        opportunity = self.client.opportunity.retrieve(created.id)
        while opportunity.fields["$opportunityStatus"].value is None and time.monotonic() < deadline:
            time.sleep(0.1)
            opportunity = self.client.opportunity.retrieve(created.id)
        summary = opportunity.fields["$opportunityStatus"]
        self.assertEqual(summary.value_type, "MARKDOWN")
        self.assertIn("Proposal", str(summary.value))
        self.assertEqual(opportunity.updated_at, created.updated_at)

    def assert_lists(self, query: dict[str, object], ids: list[str]) -> None:
        page = self.client.opportunity.list(extra_query=query)
        self.assertEqual((sorted(record.id for record in page.data), page.total_count), (sorted(ids), len(ids)), query)
