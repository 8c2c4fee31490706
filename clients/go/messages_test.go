package clients

import (
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
)

func messages(t *testing.T) {
	t.Run("are in channels that are retrieved and listed", func(t *testing.T) {
		name := unique("general")
		made := newChannel(t, body{"name": name})
		channel := of(client.Channel.Get(ctx, made)).must(t)
		wantEqual(t, channel.ObjectType, "channel")
		wantValue(t, channel.Fields["$name"], name)
		wantValue(t, channel.Fields["$provider"], "SLACK")
		page := of(client.Channel.List(ctx, lightfield.ChannelListParams{Limit: lightfield.Int(1)})).must(t)
		wantEqual(t, page.Object, "list")
		wantEqual(t, page.Data[0].ID, made)
	})

	t.Run("are retrieved and listed", func(t *testing.T) {
		made := newMessage(t, newChannel(t, body{}), body{})
		message := of(client.Message.Get(ctx, made)).must(t)
		wantEqual(t, message.ObjectType, "message")
		wantEqual(t, message.AccessLevel, "FULL")
		wantValue(t, message.Fields["$text"], "Hello **there**")
		wantValue(t, message.Fields["$sentAt"], "2026-05-01T09:00:00.000Z")
		page := of(client.Message.List(ctx, lightfield.MessageListParams{Limit: lightfield.Int(1)})).must(t)
		wantEqual(t, page.Object, "list")
		wantEqual(t, page.Data[0].ID, made)
	})

	t.Run("belong to the contact who sent them", func(t *testing.T) {
		address := token() + "@northwind.example"
		account := newAccount(t, nil).ID
		contact := newContactIn(t, account, address)
		made := newMessage(t, newChannel(t, body{}), body{"senderEmail": address})
		message := of(client.Message.Get(ctx, made)).must(t)
		wantSet(t, message.Relationships["$contact"].Values, contact)
		wantSet(t, message.Relationships["$account"].Values, account)
	})

	t.Run("of private channels are for their members", func(t *testing.T) {
		mine := newChannel(t, body{"visibility": "PRIVATE", "memberIds": []string{firstMember(t).ID}})
		wantEqual(t, of(client.Channel.Get(ctx, mine)).must(t).ID, mine)
		wantEqual(t, of(client.Message.Get(ctx, newMessage(t, mine, body{}))).must(t).AccessLevel, "FULL")
		other := newChannel(t, body{"visibility": "PRIVATE"})
		_, err := client.Channel.Get(ctx, other)
		wantError(t, err, 404, "not_found", "", "")
		for _, channel := range of(client.Channel.List(ctx, lightfield.ChannelListParams{})).must(t).Data {
			wantEqual(t, channel.ID == other, false)
		}
		hidden := of(client.Message.Get(ctx, newMessage(t, other, body{}))).must(t)
		wantEqual(t, hidden.AccessLevel, "METADATA")
		wantValue(t, hidden.Fields["$text"], nil)
	})
}

// newChannel brings in a channel and returns its id.
func newChannel(t *testing.T, more body) string {
	t.Helper()
	channel := body{"name": unique("general"), "provider": "SLACK"}
	for key, value := range more {
		channel[key] = value
	}
	return admin(t, "POST", "/channels", channel)["id"].(string)
}

// newMessage brings in a message and returns its id.
func newMessage(t *testing.T, channel string, more body) string {
	t.Helper()
	message := body{"channelId": channel, "text": "Hello **there**", "sentAt": "2026-05-01T09:00:00Z"}
	for key, value := range more {
		message[key] = value
	}
	return admin(t, "POST", "/messages", message)["id"].(string)
}
