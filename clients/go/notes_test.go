package clients

import (
	"strings"
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
	"github.com/Lightfld/lightfield-go/packages/param"
)

func notes(t *testing.T) {
	t.Run("creates with markdown and an author", func(t *testing.T) {
		account, contact := newAccount(t, nil).ID, newContact(t, nil).ID
		note := newNote(t, body{"$account": account, "$contact": []string{contact}})
		wantEqual(t, strings.HasPrefix(note.ID, "note_"), true)
		wantEqual(t, note.Fields["$content"].ValueType, "MARKDOWN")
		wantValue(t, note.Fields["$content"], "**Well** received.")
		wantSet(t, note.Relationships["$createdBy"].Values, firstMember(t).ID)
		wantSet(t, retrieveAccount(t, account).Relationships["$note"].Values, note.ID)
		wantSet(t, of(client.Contact.Get(ctx, contact)).must(t).Relationships["$note"].Values, note.ID)
	})

	t.Run("retrieves what create answered", func(t *testing.T) {
		created := newNote(t, body{})
		retrieved := of(client.Note.Get(ctx, created.ID)).must(t)
		wantMap(t, values(retrieved.Fields, nil), values(created.Fields, nil))
	})

	t.Run("updates and clears values", func(t *testing.T) {
		created := newNote(t, body{})
		updated := updateNote(t, created.ID, body{"fields": body{"$title": "Call", "$content": nil}})
		wantMap(t, values(updated.Fields, nil), values(created.Fields, query{
			"$title": `{"value":"Call","valueType":"TEXT"}`, "$content": `{"value":null,"valueType":"MARKDOWN"}`,
		}))
	})

	t.Run("adds and removes links", func(t *testing.T) {
		note, first, second := newNote(t, body{}).ID, newAccount(t, nil).ID, newAccount(t, nil).ID
		added := updateNote(t, note, body{"relationships": body{"$account": body{"add": []string{first, second}}}})
		wantSet(t, added.Relationships["$account"].Values, first, second)
		removed := updateNote(t, note, body{"relationships": body{"$account": body{"remove": first}}})
		wantSet(t, removed.Relationships["$account"].Values, second)
	})

	t.Run("lists notes", func(t *testing.T) {
		note := newNote(t, body{})
		page := of(client.Note.List(ctx, lightfield.NoteListParams{Limit: lightfield.Int(1)})).must(t)
		wantEqual(t, page.Object, "list")
		wantEqual(t, page.Data[0].ID, note.ID)
		wantEqual(t, page.TotalCount >= 1, true)
	})

	t.Run("describes fields and relationships", func(t *testing.T) {
		definitions := of(client.Note.Definitions(ctx)).must(t)
		wantEqual(t, definitions.ObjectType, "note")
		wantEqual(t, definitions.FieldDefinitions["$content"].ValueType, "MARKDOWN")
		wantEqual(t, definitions.RelationshipDefinitions["$account"].Cardinality, "HAS_MANY")
	})

	t.Run("400 for a replacement of links", func(t *testing.T) {
		note, account := newNote(t, body{}).ID, newAccount(t, nil).ID
		_, err := client.Note.Update(ctx, note, param.Override[lightfield.NoteUpdateParams](body{
			"relationships": body{"$account": body{"replace": account}},
		}))
		wantError(t, err, 400, "bad_request", "invalid_configuration", "relationships.$account")
	})
}

func newNote(t *testing.T, relationships body) *lightfield.NoteCreateResponse {
	t.Helper()
	return of(client.Note.New(ctx, param.Override[lightfield.NoteNewParams](body{
		"fields": body{"$title": unique("Visit"), "$content": "**Well** received."}, "relationships": relationships,
	}))).must(t)
}

func updateNote(t *testing.T, id string, changes body) *lightfield.NoteUpdateResponse {
	t.Helper()
	return of(client.Note.Update(ctx, id, param.Override[lightfield.NoteUpdateParams](changes))).must(t)
}
