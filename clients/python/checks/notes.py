from __future__ import annotations

from lightfield import BadRequestError
from lightfield.types import NoteCreateResponse

from .workspace import Checks, linked, unique, values


class Notes(Checks):
    def test_creates_with_markdown_and_an_author(self) -> None:
        account, contact = self.new_account(), self.new_contact()
        note = self.client.note.create(
            fields={"title": "Visit", "content": "**Well** received."},
            relationships={"$account": account.id, "$contact": [contact.id]},
        )
        self.assertRegex(note.id, r"^note_\w+$")
        content = note.fields["$content"]
        self.assertEqual((content.value_type, content.value), ("MARKDOWN", "**Well** received."))
        self.assertEqual(linked(note, "$createdBy"), [self.member_id()])
        self.assertEqual(linked(self.client.account.retrieve(account.id), "$note"), [note.id])
        self.assertEqual(linked(self.client.contact.retrieve(contact.id), "$note"), [note.id])

    def test_retrieves_what_create_answered(self) -> None:
        created = self.new_note()
        self.assertEqual(values(self.client.note.retrieve(created.id)), values(created))

    def test_updates_and_clears_values(self) -> None:
        created = self.new_note()
        updated = self.client.note.update(created.id, fields={"title": "Call", "content": None})
        self.assertEqual(values(updated), {**values(created), "$title": "Call", "$content": None})

    def test_adds_and_removes_links(self) -> None:
        note, first, second = self.new_note(), self.new_account(), self.new_account()
        update = self.client.note.update
        added = update(note.id, relationships={"$account": {"add": [first.id, second.id]}})
        self.assertEqual(sorted(linked(added, "$account")), sorted([first.id, second.id]))
        removed = update(note.id, relationships={"$account": {"remove": first.id}})
        self.assertEqual(linked(removed, "$account"), [second.id])

    def test_lists_notes(self) -> None:
        note = self.new_note()
        page = self.client.note.list(limit=1)
        self.assertEqual((page.object, page.data[0].id), ("list", note.id))
        self.assertGreaterEqual(page.total_count, 1)

    def test_describes_fields_and_relationships(self) -> None:
        definitions = self.client.note.definitions()
        self.assertEqual(definitions.object_type, "note")
        self.assertEqual(definitions.field_definitions["$content"].value_type, "MARKDOWN")
        self.assertEqual(definitions.relationship_definitions["$account"].cardinality, "HAS_MANY")

    def test_400_for_a_replacement_of_links(self) -> None:
        note, account = self.new_note(), self.new_account()
        with self.assertRaises(BadRequestError) as caught:
            self.client.note.update(note.id, relationships={"$account": {"replace": account.id}})
        self.assert_error(caught.exception, "bad_request", "invalid_configuration", "relationships.$account")

    def new_note(self) -> NoteCreateResponse:
        return self.client.note.create(fields={"title": unique("Visit"), "content": "**Well** received."})
