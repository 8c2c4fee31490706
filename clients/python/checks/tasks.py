from __future__ import annotations

from lightfield import BadRequestError, UnprocessableEntityError

from .workspace import Checks, linked, unique, values


class Tasks(Checks):
    def test_creates_with_an_assignee_and_answers_the_due_date_in_utc(self) -> None:
        account = self.new_account()
        task = self.new_task(account.id)
        self.assertRegex(task.id, r"^task_\w+$")
        self.assertEqual((task.fields["$status"].value_type, task.fields["$status"].value), ("SINGLE_SELECT", "TODO"))
        self.assertEqual(task.fields["$dueAt"].value, "2026-07-01T08:00:00.000Z")
        self.assertEqual(task.relationships["$assignedTo"].object_type, "member")
        self.assertEqual(linked(task, "$createdBy"), [self.member_id()])
        self.assertEqual(linked(self.client.account.retrieve(account.id), "$task"), [task.id])

    def test_retrieves_what_create_answered(self) -> None:
        created = self.new_task(self.new_account().id)
        retrieved = self.client.task.retrieve(created.id)
        self.assertEqual(values(retrieved), values(created))
        self.assertEqual(retrieved.http_link, created.http_link)

    def test_updates_and_clears_values(self) -> None:
        created = self.new_task(self.new_account().id)
        updated = self.client.task.update(
            created.id, fields={"status": "COMPLETE", "description": "**Done**", "due_at": None}
        )
        changes = {"$status": "COMPLETE", "$description": "**Done**", "$dueAt": None}
        self.assertEqual(values(updated), {**values(created), **changes})
        self.assertEqual(updated.fields["$description"].value_type, "MARKDOWN")

    def test_adds_replaces_and_clears_relationships(self) -> None:
        first, second = self.new_account(), self.new_account()
        task = self.new_task(first.id)
        opportunity = self.new_opportunity(second.id)
        moved = self.client.task.update(
            task.id, relationships={"$account": {"replace": second.id}, "$opportunity": {"add": opportunity.id}}
        )
        self.assertEqual((linked(moved, "$account"), linked(moved, "$opportunity")), ([second.id], [opportunity.id]))
        cleared = self.client.task.update(task.id, relationships={"$account": {"replace": None}})
        self.assertEqual((linked(cleared, "$account"), linked(cleared, "$opportunity")), ([], [opportunity.id]))

    def test_lists_by_status_and_account(self) -> None:
        account = self.new_account()
        todo, done = self.new_task(account.id), self.new_task(account.id)
        self.client.task.update(done.id, fields={"status": "COMPLETE"})
        by_account = {"$task-account[contains]": account.id}
        for query, ids in ((by_account, [done.id, todo.id]), ({**by_account, "$status[equal]": "TODO"}, [todo.id])):
            page = self.client.task.list(limit=5, extra_query=query)
            self.assertEqual(([task.id for task in page.data], page.total_count), (ids, len(ids)), query)

    def test_describes_fields_and_relationships(self) -> None:
        definitions = self.client.task.definitions()
        self.assertEqual(definitions.object_type, "task")
        options = definitions.field_definitions["$status"].type_configuration.options or []
        self.assertEqual([option.id for option in options], ["TODO", "IN_PROGRESS", "COMPLETE", "CANCELLED"])
        self.assertEqual(definitions.relationship_definitions["$assignedTo"].cardinality, "HAS_ONE")

    def test_422_without_an_assignee(self) -> None:
        with self.assertRaises(UnprocessableEntityError) as caught:
            self.client.task.create(fields={"title": unique("Call"), "status": "TODO"}, relationships={})
        self.assert_error(caught.exception, "unprocessable_content", None, "relationships.$assignedTo")

    def test_400_for_a_field_of_ones_own(self) -> None:
        task = self.new_task(self.new_account().id)
        with self.assertRaises(BadRequestError) as caught:
            self.client.task.update(task.id, extra_body={"fields": {"priority": 1}})
        self.assert_error(caught.exception, "bad_request", "unknown_field", "fields.priority")
