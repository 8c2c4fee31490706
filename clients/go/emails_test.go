package clients

import (
	"os"
	"strconv"
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
	"github.com/Lightfld/lightfield-go/option"
)

func emails(t *testing.T) {
	t.Run("are retrieved with their body and listed without", func(t *testing.T) {
		subject := unique("Three seats")
		made := newEmail(t, body{"subject": subject, "html": "<p>Hello</p>", "from": []string{"ada@northwind.example"}})
		email := of(client.Email.Get(ctx, made)).must(t)
		wantEqual(t, string(email.ObjectType), "email")
		wantEqual(t, string(email.AccessLevel), "FULL")
		wantEqual(t, email.HTTPLink, "")
		wantValue(t, email.Fields["$subject"], subject)
		wantValue(t, email.Fields["$body"], "<p>Hello</p>")
		wantValue(t, email.Fields["$from"], []string{"ada@northwind.example"})
		page := of(client.Email.List(ctx, lightfield.EmailListParams{Limit: lightfield.Int(1)})).must(t)
		wantEqual(t, page.Object, "list")
		wantEqual(t, page.Data[0].ID, made)
		_, has := page.Data[0].Fields["$body"]
		wantEqual(t, has, false)
	})

	t.Run("belong to the contacts of their addresses", func(t *testing.T) {
		address := token() + "@northwind.example"
		contact := newContactIn(t, newAccount(t, nil).ID, address)
		email := of(client.Email.Get(ctx, newEmail(t, body{"to": []string{address}}))).must(t)
		wantSet(t, email.Relationships["$contact"].Values, contact)
	})

	t.Run("that are private are for those who took part", func(t *testing.T) {
		hidden := of(client.Email.Get(ctx, newEmail(t, body{"privacySetting": "METADATA"}))).must(t)
		wantEqual(t, string(hidden.AccessLevel), "METADATA")
		wantValue(t, hidden.Fields["$subject"], nil)
		held := newEmail(t, body{"privacySetting": "METADATA", "holderId": firstMember(t).ID})
		wantEqual(t, string(of(client.Email.Get(ctx, held)).must(t).AccessLevel), "FULL")
	})

	t.Run("are sent from a mailbox once for each key", func(t *testing.T) {
		port, err := strconv.Atoi(os.Getenv("OPENFIELD_MAIL_PORT"))
		if err != nil {
			t.Skip("needs OPENFIELD_MAIL_PORT, where a mail server is")
		}
		address := token() + "@acme.example"
		server := body{"host": "127.0.0.1", "port": port, "security": "none"}
		admin(t, "POST", "/mailboxes", body{"email": address, "password": "secret", "smtp": server})
		subject := unique("Sent")
		once := option.WithHeader("Idempotency-Key", token())
		email := lightfield.EmailSendParams{
			From: address, To: []string{"ada@northwind.example"}, Subject: subject,
			MessageBody: lightfield.EmailSendParamsMessageBody{Content: "<p>Hello</p>"},
		}
		sent := of(client.Email.Send(ctx, email, once)).must(t)
		wantEqual(t, of(client.Email.Send(ctx, email, once)).must(t).SentAt, sent.SentAt)
		page := of(client.Email.List(ctx, lightfield.EmailListParams{Limit: lightfield.Int(2)})).must(t)
		wantValue(t, page.Data[0].Fields["$subject"], subject)
		wantValue(t, page.Data[0].Fields["$sentAt"], sent.SentAt)
		wantEqual(t, page.Data[1].Fields["$subject"].Value.OfString == subject, false)
	})

	t.Run("are sent from no mailbox but ones own", func(t *testing.T) {
		_, err := client.Email.Send(ctx, lightfield.EmailSendParams{
			From: "somebody@else.example", To: []string{"ada@northwind.example"}, Subject: "Hello",
			MessageBody: lightfield.EmailSendParamsMessageBody{Content: "Hello"},
		})
		wantError(t, err, 422, "unprocessable_content", "", "from")
	})

	t.Run("are drafted with something besides the sender", func(t *testing.T) {
		_, err := client.Email.Draft(ctx, lightfield.EmailDraftParams{From: "somebody@else.example"})
		wantError(t, err, 400, "bad_request", "parameter_missing", "to")
	})
}

// newEmail brings in an e-mail and returns its id.
func newEmail(t *testing.T, more body) string {
	t.Helper()
	email := body{"subject": "Hello", "sentAt": "2026-05-01T09:00:00Z"}
	for key, value := range more {
		email[key] = value
	}
	return admin(t, "POST", "/emails", email)["id"].(string)
}
