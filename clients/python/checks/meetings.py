from __future__ import annotations

import uuid

from lightfield import BadRequestError, UnprocessableEntityError
from lightfield.types import MeetingCreateResponse

from .workspace import Checks, admin, connect, download, linked, values

TRANSCRIPT = "Ada: Größe? Grace: ✓".encode()
HOUR = {"start_date": "2026-05-01T09:00:00Z", "end_date": "2026-05-01T10:00:00Z"}


class Meetings(Checks):
    def test_creates_a_meeting_of_the_past_with_its_attendees(self) -> None:
        address = f"{uuid.uuid4().hex}@northwind.example"
        account = self.new_account()
        contact = self.client.contact.create(fields={"$email": [address]}, relationships={"$account": account.id})
        meeting = self.new_meeting(attendee_emails=[address], organizer_email="grace@northwind.example")
        self.assertRegex(meeting.id, r"^mtg_\w+$")
        self.assertEqual((meeting.object_type, meeting.access_level), ("meeting", "FULL"))
        self.assertEqual(meeting.fields["$startDate"].value, "2026-05-01T09:00:00.000Z")
        self.assertEqual(meeting.fields["$attendeeEmails"].value, [address])
        self.assertEqual(meeting.fields["$organizerEmail"].value, "grace@northwind.example")
        self.assertEqual((linked(meeting, "$contact"), linked(meeting, "$account")), ([contact.id], [account.id]))

    def test_makes_contacts_and_accounts_of_attendees_when_asked(self) -> None:
        host = f"{uuid.uuid4().hex}.example"
        meeting = self.client.meeting.create(
            fields={"title": "Kickoff", "attendee_emails": [f"ada@{host}"], **HOUR}, auto_create_records=True
        )
        (contact,) = linked(meeting, "$contact")
        (account,) = linked(meeting, "$account")
        self.assertEqual(self.client.contact.retrieve(contact).fields["$email"].value, [f"ada@{host}"])
        self.assertEqual(linked(self.client.account.retrieve(account), "$contact"), [contact])

    def test_attaches_a_transcript_that_can_be_read(self) -> None:
        file = self.new_file(TRANSCRIPT, purpose="meeting_transcript")
        meeting = self.client.meeting.create(fields={"title": "Call", **HOUR}, relationships={"transcript": file.id})
        (transcript,) = linked(self.client.meeting.retrieve(meeting.id), "$transcript")
        self.assertEqual(download(self.client.file.url(transcript).url), TRANSCRIPT)

    def test_replaces_the_transcript_and_changes_the_privacy(self) -> None:
        meeting = self.new_meeting(organizer_email="admin@example.com")
        first, second = (self.new_file(TRANSCRIPT, purpose="meeting_transcript") for _ in range(2))
        self.client.meeting.update(meeting.id, relationships={"transcript": {"replace": first.id}})
        updated = self.client.meeting.update(
            meeting.id, fields={"privacy_setting": "METADATA"}, relationships={"transcript": {"replace": second.id}}
        )
        self.assertEqual(updated.fields["$privacySetting"].value, "METADATA")
        self.assertEqual((updated.access_level, linked(updated, "$transcript")), ("FULL", [second.id]))

    def test_shows_others_only_that_a_private_meeting_took_place(self) -> None:
        meeting = self.new_meeting(
            description="Plans", organizer_email="admin@example.com", privacy_setting="METADATA"
        )
        address = f"{uuid.uuid4().hex}@example.com"
        member = admin("POST", "/members", {"email": address, "role": "member"})
        self.addCleanup(admin, "DELETE", f"/members/{member['id']}")
        key = admin("POST", "/api-keys", {"name": "clients", "memberId": member["id"]})["key"]
        self.assertEqual(self.client.meeting.retrieve(meeting.id).fields["$description"].value, "Plans")
        with connect(api_key=key) as other:
            seen = other.meeting.retrieve(meeting.id)
        self.assertEqual((seen.access_level, seen.fields["$title"].value), ("METADATA", "Kickoff"))
        self.assertIsNone(seen.fields["$description"].value)
        self.assertNotIn("$transcript", seen.relationships)

    def test_retrieves_and_lists_what_create_answered(self) -> None:
        created = self.new_meeting()
        self.assertEqual(values(self.client.meeting.retrieve(created.id)), values(created))
        (listed,) = self.client.meeting.list(limit=1).data
        self.assertEqual((listed.id, listed.object_type, listed.access_level), (created.id, "meeting", "FULL"))

    def test_describes_fields_and_relationships(self) -> None:
        definitions = self.client.meeting.definitions()
        self.assertEqual(definitions.object_type, "meeting")
        self.assertEqual(definitions.field_definitions["$attendeeEmails"].value_type, "EMAIL")
        self.assertEqual(definitions.relationship_definitions["$transcript"].object_type, "file")

    def test_422_for_a_meeting_of_the_future(self) -> None:
        with self.assertRaises(UnprocessableEntityError) as caught:
            self.new_meeting(end_date="2999-01-01T00:00:00Z")
        self.assert_error(caught.exception, "unprocessable_content", None, "fields.$endDate")

    def test_422_for_a_transcript_that_was_uploaded_for_something_else(self) -> None:
        file = self.new_file(TRANSCRIPT)
        with self.assertRaises(UnprocessableEntityError) as caught:
            self.client.meeting.create(fields={"title": "Call", **HOUR}, relationships={"transcript": file.id})
        self.assert_error(caught.exception, "unprocessable_content", None, "relationships.$transcript")

    def test_400_for_a_new_title(self) -> None:
        meeting = self.new_meeting()
        with self.assertRaises(BadRequestError) as caught:
            self.client.meeting.update(meeting.id, extra_body={"fields": {"$title": "Other"}})
        self.assertEqual(caught.exception.body["error"]["param"], "fields.$title")  # type: ignore[index]

    def new_meeting(self, **fields: object) -> MeetingCreateResponse:
        return self.client.meeting.create(fields={"title": "Kickoff", **HOUR, **fields})  # type: ignore[typeddict-item]
