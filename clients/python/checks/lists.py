from __future__ import annotations

from lightfield import BadRequestError, NotFoundError

from .workspace import Checks, unique, values


class Lists(Checks):
    def test_creates_with_members_and_a_record_of_its_own(self) -> None:
        account = self.new_account()
        list_ = self.client.list.create(
            fields={"name": "Targets", "object_type": "$account"}, relationships={"accounts": account.id}
        )
        self.assertRegex(list_.id, r"^list_\w+$")
        self.assertEqual(values(list_), {"$name": "Targets", "$objectType": "$account"})
        self.assertEqual(set(list_.to_dict()), {"id", "createdAt", "httpLink", "fields"})
        self.assert_accounts(list_.id, [account.id])

    def test_retrieves_renames_and_lists(self) -> None:
        created = self.client.list.create(fields={"name": unique("Targets"), "object_type": "account"})
        self.assertEqual(values(self.client.list.retrieve(created.id)), values(created))
        self.assertEqual(created.fields["$objectType"].value, "$account")
        renamed = self.client.list.update(created.id, fields={"name": "Q3 targets"})
        self.assertEqual(renamed.fields["$name"].value, "Q3 targets")
        page = self.client.list.list(limit=1)
        self.assertEqual((page.object, page.data[0].id), ("list", created.id))
        self.assertEqual(values(page.data[0]), values(renamed))

    def test_adds_and_removes_members(self) -> None:
        first, second, third = (self.new_account().id for _ in range(3))
        list_ = self.client.list.create(
            fields={"name": "Targets", "object_type": "$account"}, relationships={"accounts": [first]}
        )
        self.client.list.update(list_.id, relationships={"accounts": {"add": [second, third], "remove": first}})
        self.assert_accounts(list_.id, [third, second])
        self.client.list.update(list_.id, relationships={"accounts": {"remove": [third]}})
        self.assert_accounts(list_.id, [second])

    def test_pages_through_members_newest_first(self) -> None:
        ids = [self.new_account().id for _ in range(3)]
        list_ = self.client.list.create(
            fields={"name": "Targets", "object_type": "$account"}, relationships={"accounts": ids}
        )
        pages = [self.client.list.list_accounts(list_.id, limit=2, offset=offset) for offset in (0, 2)]
        self.assertEqual([page.total_count for page in pages], [3, 3])
        self.assertEqual([account.id for page in pages for account in page.data], ids[::-1])

    def test_holds_contacts(self) -> None:
        contact = self.new_contact()
        list_ = self.client.list.create(
            fields={"name": "People", "object_type": "$contact"}, relationships={"contacts": [contact.id]}
        )
        (member,) = self.client.list.list_contacts(list_.id).data
        self.assertEqual((member.id, values(member)), (contact.id, values(contact)))
        self.assertEqual(self.client.list.list_accounts(list_.id).data, [])

    def test_holds_opportunities(self) -> None:
        opportunity = self.new_opportunity(self.new_account().id)
        list_ = self.client.list.create(fields={"name": "Deals", "object_type": "$opportunity"})
        self.client.list.update(list_.id, relationships={"opportunities": {"add": opportunity.id}})
        (member,) = self.client.list.list_opportunities(list_.id).data
        self.assertEqual((member.id, values(member)), (opportunity.id, values(opportunity)))

    def test_leaves_its_members_when_it_is_deleted(self) -> None:
        account = self.new_account()
        list_ = self.client.list.create(
            fields={"name": "Targets", "object_type": "$account"}, relationships={"accounts": account.id}
        )
        for _ in range(2):
            self.assertEqual(values(self.client.list.delete(list_.id)), values(list_))
        for read in (self.client.list.retrieve, self.client.list.list_accounts):
            with self.assertRaises(NotFoundError):
                read(list_.id)
        self.assertEqual(self.client.account.retrieve(account.id).id, account.id)

    def test_400_for_members_of_another_type(self) -> None:
        with self.assertRaises(BadRequestError) as caught:
            self.client.list.create(
                fields={"name": "Targets", "object_type": "$account"},
                relationships={"contacts": self.new_contact().id},
            )
        self.assert_error(caught.exception, "bad_request", "unknown_relationship", "relationships.$contacts")

    def assert_accounts(self, list_id: str, ids: list[str]) -> None:
        page = self.client.list.list_accounts(list_id)
        self.assertEqual(([account.id for account in page.data], page.total_count), (ids, len(ids)))
