from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lightfield import NotFoundError, PermissionDeniedError

from .workspace import Checks, connect, define_object_type, linked, unique, values


class Trash(Checks):
    def test_takes_accounts_and_gives_them_back_with_their_links(self) -> None:
        account = self.new_account()
        opportunity = self.new_opportunity(account.id)
        self.assert_trashed(self.client.account, account)
        self.assertEqual(linked(self.client.account.retrieve(account.id), "$opportunity"), [opportunity.id])
        self.assertEqual(linked(self.client.opportunity.retrieve(opportunity.id), "$account"), [account.id])

    def test_takes_contacts_and_gives_them_back(self) -> None:
        self.assert_trashed(self.client.contact, self.new_contact())

    def test_takes_opportunities_and_gives_them_back(self) -> None:
        self.assert_trashed(self.client.opportunity, self.new_opportunity(self.new_account().id))

    def test_takes_tasks_and_gives_them_back(self) -> None:
        self.assert_trashed(self.client.task, self.new_task(self.new_account().id))

    def test_takes_notes_and_gives_them_back(self) -> None:
        self.assert_trashed(self.client.note, self.client.note.create(fields={"title": unique("Visit")}))

    def test_takes_meetings_once_and_gives_them_back(self) -> None:
        hour = {"start_date": "2026-05-01T09:00:00Z", "end_date": "2026-05-01T10:00:00Z"}
        meeting = self.client.meeting.create(fields={"title": unique("Kickoff"), **hour})  # type: ignore[typeddict-item]
        deleted = self.client.meeting.delete(meeting.id)
        self.assertEqual((deleted.id, deleted.access_level), (meeting.id, "FULL"))
        with self.assertRaises(NotFoundError) as caught:
            self.client.meeting.delete(meeting.id)
        self.assert_error(caught.exception, "not_found")
        self.assertIn(meeting.id, [record.id for record in self.client.meeting.list(status="trashed").data])
        for _ in range(2):
            self.assertEqual(values(self.client.meeting.restore(meeting.id)), values(meeting))

    def test_takes_custom_objects_and_gives_them_back(self) -> None:
        slug = define_object_type("vehicle")
        vehicle = self.client.object.create(slug, fields={"$name": unique("Van")})
        for _ in range(2):
            self.assertEqual(values(self.client.object.delete(vehicle.id, entity_slug=slug)), values(vehicle))
        self.assert_gone(lambda: self.client.object.retrieve(vehicle.id, entity_slug=slug))
        with self.assertRaises(NotFoundError):
            self.client.object.restore(vehicle.id, entity_slug=define_object_type("boat"))
        for _ in range(2):
            self.assertEqual(values(self.client.object.restore(vehicle.id, entity_slug=slug)), values(vehicle))
        self.assertEqual(self.client.object.retrieve(vehicle.id, entity_slug=slug).id, vehicle.id)

    def test_hides_what_it_has_from_lists_and_links(self) -> None:
        account = self.new_account()
        opportunity = self.new_opportunity(account.id)
        self.client.opportunity.delete(opportunity.id)
        self.assertEqual(linked(self.client.account.retrieve(account.id), "$opportunity"), [])
        page = self.client.opportunity.list(extra_query={"$opportunity-account[contains]": account.id})
        self.assertEqual((page.data, page.total_count), ([], 0))

    def test_403_for_a_key_that_may_not_restore(self) -> None:
        with connect(api_key=self.new_key("accounts:read", "accounts:delete")) as client:
            with self.assertRaises(PermissionDeniedError) as caught:
                client.account.list(status="trashed")
            self.assert_error(caught.exception, "forbidden")
            self.assertEqual(client.account.list(status="active", limit=1).object, "list")

    def assert_trashed(self, resource: Any, record: Any) -> None:
        """Deletes a record twice, looks for it, and restores it twice."""
        for _ in range(2):
            self.assertEqual(values(resource.delete(record.id)), values(record))
        self.assert_gone(lambda: resource.retrieve(record.id))
        self.assertIn(record.id, [one.id for one in resource.list(status="trashed").data])
        self.assertNotIn(record.id, [one.id for one in resource.list(status="active").data])
        for _ in range(2):
            self.assertEqual(values(resource.restore(record.id)), values(record))
        self.assertEqual(values(resource.retrieve(record.id)), values(record))
        self.assertNotIn(record.id, [one.id for one in resource.list(status="trashed").data])

    def assert_gone(self, retrieve: Callable[[], Any]) -> None:
        with self.assertRaises(NotFoundError) as caught:
            retrieve()
        self.assert_error(caught.exception, "not_found")
