from __future__ import annotations

from .workspace import Checks


class CustomFields(Checks):
    def test_are_written_and_read_by_their_bare_slug(self) -> None:
        score = self.new_field("NUMBER")
        strategic = self.new_field("CHECKBOX")
        renewal = self.new_field("DATETIME")
        site = self.new_field("ADDRESS")
        opportunity = self.new_opportunity(
            self.new_account().id,
            **{score: 4.25, strategic: False, renewal: "2027-01-01T00:00:00Z", site: {"city": "Cork"}},
        )
        fields = self.client.opportunity.retrieve(opportunity.id).fields
        self.assertEqual((fields[score].value_type, fields[score].value), ("NUMBER", 4.25))
        self.assertEqual((fields[strategic].value_type, fields[strategic].value), ("CHECKBOX", False))
        self.assertEqual(fields[renewal].value, "2027-01-01T00:00:00.000Z")
        self.assertEqual(fields[site].value.city, "Cork")  # type: ignore[union-attr]

    def test_take_select_options_by_label_or_id(self) -> None:
        options = {"options": [{"label": "Low"}, {"label": "High"}]}
        tier, regions = self.new_field("SINGLE_SELECT", options), self.new_field("MULTI_SELECT", options)
        definitions = self.client.opportunity.definitions()
        low, high = (self.option_id(definitions, regions, label) for label in ("Low", "High"))
        opportunity = self.new_opportunity(self.new_account().id, **{tier: "High", regions: ["Low", high]})
        self.assertEqual(opportunity.fields[tier].value, self.option_id(definitions, tier, "High"))
        self.assertEqual(sorted(opportunity.fields[regions].value), sorted([low, high]))  # type: ignore[arg-type]

    def test_filter_a_list(self) -> None:
        score = self.new_field("NUMBER")
        account = self.new_account()
        self.new_opportunity(account.id, **{score: 1})
        high = self.new_opportunity(account.id, **{score: 5})
        page = self.client.opportunity.list(extra_query={f"{score}[greaterThan]": "4"})
        self.assertEqual(([record.id for record in page.data], page.total_count), ([high.id], 1))

    def test_are_described_and_unset_on_other_records(self) -> None:
        budget = self.new_field("CURRENCY", {"currency": "EUR"})
        definition = self.client.opportunity.definitions().field_definitions[budget]
        self.assertEqual((definition.value_type, definition.type_configuration.currency), ("CURRENCY", "EUR"))
        opportunity = self.new_opportunity(self.new_account().id)
        self.assertIsNone(opportunity.fields[budget].value)
