from __future__ import annotations

import uuid
from typing import Any

from lightfield import NotFoundError

from .workspace import Checks, admin, linked, unique


class Messages(Checks):
    def test_are_in_channels_that_are_retrieved_and_listed(self) -> None:
        name = unique("general")
        made = self.new_channel(name=name)
        channel = self.client.channel.retrieve(made["id"])
        self.assertEqual((channel.object_type, channel.fields["$name"].value), ("channel", name))
        self.assertEqual(channel.fields["$provider"].value, "SLACK")
        page = self.client.channel.list(limit=1)
        self.assertEqual((page.object, page.data[0].id), ("list", made["id"]))

    def test_are_retrieved_and_listed(self) -> None:
        made = self.new_message(self.new_channel()["id"])
        message = self.client.message.retrieve(made["id"])
        self.assertEqual((message.object_type, message.access_level), ("message", "FULL"))
        self.assertEqual(message.fields["$text"].value, "Hello **there**")
        self.assertEqual(message.fields["$sentAt"].value, "2026-05-01T09:00:00.000Z")
        page = self.client.message.list(limit=1)
        self.assertEqual((page.object, page.data[0].id), ("list", made["id"]))

    def test_belong_to_the_contact_who_sent_them(self) -> None:
        address = f"{uuid.uuid4().hex}@northwind.example"
        account = self.new_account()
        contact = self.client.contact.create(fields={"$email": [address]}, relationships={"$account": account.id})
        message = self.client.message.retrieve(self.new_message(self.new_channel()["id"], senderEmail=address)["id"])
        self.assertEqual((linked(message, "$contact"), linked(message, "$account")), ([contact.id], [account.id]))

    def test_of_private_channels_are_for_their_members(self) -> None:
        mine = self.new_channel(visibility="PRIVATE", memberIds=[self.member_id()])
        self.assertEqual(self.client.channel.retrieve(mine["id"]).id, mine["id"])
        self.assertEqual(self.client.message.retrieve(self.new_message(mine["id"])["id"]).access_level, "FULL")
        other = self.new_channel(visibility="PRIVATE")
        with self.assertRaises(NotFoundError) as caught:
            self.client.channel.retrieve(other["id"])
        self.assert_error(caught.exception, "not_found")
        self.assertNotIn(other["id"], [channel.id for channel in self.client.channel.list().data])
        hidden = self.client.message.retrieve(self.new_message(other["id"])["id"])
        self.assertEqual((hidden.access_level, hidden.fields["$text"].value), ("METADATA", None))

    def new_channel(self, **more: Any) -> dict[str, Any]:
        made = admin("POST", "/channels", {"name": unique("general"), "provider": "SLACK", **more})
        assert isinstance(made, dict)
        return made

    def new_message(self, channel_id: str, **more: Any) -> dict[str, Any]:
        body = {"channelId": channel_id, "text": "Hello **there**", "sentAt": "2026-05-01T09:00:00Z", **more}
        made = admin("POST", "/messages", body)
        assert isinstance(made, dict)
        return made
