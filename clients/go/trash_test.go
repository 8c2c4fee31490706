package clients

import (
	"encoding/json"
	"slices"
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
	"github.com/Lightfld/lightfield-go/option"
)

// thing is a record of any type, as its JSON says.
type thing struct {
	ID     string
	Fields map[string]json.RawMessage
}

func readThing(t *testing.T, from raw) thing {
	t.Helper()
	var read thing
	if err := json.Unmarshal([]byte(from.RawJSON()), &read); err != nil {
		t.Fatal(err)
	}
	return read
}

// resource is where the records of a type are, and how the client deletes and retrieves them.
type resource struct {
	path     string
	retrieve func(id string) (raw, error)
	remove   func(id string) (raw, error)
}

// untyped turns an answer of the client into one of any type.
func untyped[T raw](value T, err error) (raw, error) { return value, err }

func trash(t *testing.T) {
	t.Run("takes accounts and gives them back with their links", func(t *testing.T) {
		account := newAccount(t, nil)
		opportunity := newOpportunity(t, account.ID, nil).ID
		wantTrashed(t, account, resource{
			path:     "v1/accounts",
			retrieve: func(id string) (raw, error) { return untyped(client.Account.Get(ctx, id)) },
			remove: func(id string) (raw, error) {
				return untyped(client.Account.Delete(ctx, id, lightfield.AccountDeleteParams{}))
			},
		})
		wantSet(t, retrieveAccount(t, account.ID).Relationships["$opportunity"].Values, opportunity)
		wantSet(t, retrieveOpportunity(t, opportunity).Relationships["$account"].Values, account.ID)
	})

	t.Run("takes contacts and gives them back", func(t *testing.T) {
		wantTrashed(t, newContact(t, nil), resource{
			path:     "v1/contacts",
			retrieve: func(id string) (raw, error) { return untyped(client.Contact.Get(ctx, id)) },
			remove: func(id string) (raw, error) {
				return untyped(client.Contact.Delete(ctx, id, lightfield.ContactDeleteParams{}))
			},
		})
	})

	t.Run("takes opportunities and gives them back", func(t *testing.T) {
		wantTrashed(t, newOpportunity(t, newAccount(t, nil).ID, nil), resource{
			path:     "v1/opportunities",
			retrieve: func(id string) (raw, error) { return untyped(client.Opportunity.Get(ctx, id)) },
			remove: func(id string) (raw, error) {
				return untyped(client.Opportunity.Delete(ctx, id, lightfield.OpportunityDeleteParams{}))
			},
		})
	})

	t.Run("takes tasks and gives them back", func(t *testing.T) {
		wantTrashed(t, newTask(t, newAccount(t, nil).ID), resource{
			path:     "v1/tasks",
			retrieve: func(id string) (raw, error) { return untyped(client.Task.Get(ctx, id)) },
			remove: func(id string) (raw, error) {
				return untyped(client.Task.Delete(ctx, id, lightfield.TaskDeleteParams{}))
			},
		})
	})

	t.Run("takes notes and gives them back", func(t *testing.T) {
		wantTrashed(t, newNote(t, body{}), resource{
			path:     "v1/notes",
			retrieve: func(id string) (raw, error) { return untyped(client.Note.Get(ctx, id)) },
			remove: func(id string) (raw, error) {
				return untyped(client.Note.Delete(ctx, id, lightfield.NoteDeleteParams{}))
			},
		})
	})

	t.Run("takes meetings once and gives them back", func(t *testing.T) {
		meeting := newMeeting(t, body{})
		deleted := of(client.Meeting.Delete(ctx, meeting.ID, lightfield.MeetingDeleteParams{})).must(t)
		wantEqual(t, deleted.ID, meeting.ID)
		wantEqual(t, deleted.AccessLevel, "FULL")
		_, err := client.Meeting.Delete(ctx, meeting.ID, lightfield.MeetingDeleteParams{})
		wantError(t, err, 404, "not_found", "", "")
		wantEqual(t, inTrash(t, "v1/meetings", "trashed", meeting.ID), true)
		for range 2 {
			restored := restore(t, "v1/meetings/"+meeting.ID)
			wantThing(t, restored, readThing(t, meeting))
		}
	})

	t.Run("takes custom objects and gives them back", func(t *testing.T) {
		slug := defineObjectType(t, "vehicle")
		vehicle := newVehicle(t, body{}, body{})
		for range 2 {
			deleted := of(client.Object.Delete(ctx, vehicle.ID, lightfield.ObjectDeleteParams{EntitySlug: slug})).must(t)
			wantThing(t, readThing(t, deleted), readThing(t, vehicle))
		}
		_, err := client.Object.Get(ctx, vehicle.ID, lightfield.ObjectGetParams{EntitySlug: slug})
		wantError(t, err, 404, "not_found", "", "")
		path := "v1/objects/" + defineObjectType(t, "boat") + "/values/" + vehicle.ID + "/restore"
		wantError(t, client.Post(ctx, path, body{}, &thing{}), 404, "not_found", "", "")
		for range 2 {
			restored := restore(t, "v1/objects/"+slug+"/values/"+vehicle.ID)
			wantThing(t, restored, readThing(t, vehicle))
		}
		retrieved := of(client.Object.Get(ctx, vehicle.ID, lightfield.ObjectGetParams{EntitySlug: slug})).must(t)
		wantEqual(t, retrieved.ID, vehicle.ID)
	})

	t.Run("hides what it has from lists and links", func(t *testing.T) {
		account := newAccount(t, nil).ID
		opportunity := newOpportunity(t, account, nil).ID
		_ = of(client.Opportunity.Delete(ctx, opportunity, lightfield.OpportunityDeleteParams{})).must(t)
		wantSet(t, retrieveAccount(t, account).Relationships["$opportunity"].Values)
		wantOpportunities(t, query{"$opportunity-account[contains]": account})
	})

	t.Run("403 for a key that may not restore", func(t *testing.T) {
		reader := connect(option.WithAPIKey(newKey(t, "accounts:read", "accounts:delete")))
		_, err := reader.Account.List(ctx, lightfield.AccountListParams{}, option.WithQuery("status", "trashed"))
		wantError(t, err, 403, "forbidden", "", "")
		params := lightfield.AccountListParams{Limit: lightfield.Int(1)}
		page := of(reader.Account.List(ctx, params, option.WithQuery("status", "active"))).must(t)
		wantEqual(t, page.Object, "list")
	})
}

// wantTrashed deletes a record twice, looks for it, and restores it twice.
func wantTrashed(t *testing.T, record raw, of resource) {
	t.Helper()
	want := readThing(t, record)
	for range 2 {
		deleted, err := of.remove(want.ID)
		if err != nil {
			t.Fatal(err)
		}
		wantThing(t, readThing(t, deleted), want)
	}
	_, err := of.retrieve(want.ID)
	wantError(t, err, 404, "not_found", "", "")
	wantEqual(t, inTrash(t, of.path, "trashed", want.ID), true)
	wantEqual(t, inTrash(t, of.path, "active", want.ID), false)
	for range 2 {
		wantThing(t, restore(t, of.path+"/"+want.ID), want)
	}
	retrieved, err := of.retrieve(want.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantThing(t, readThing(t, retrieved), want)
	wantEqual(t, inTrash(t, of.path, "trashed", want.ID), false)
}

// restore and inTrash are requests of one's own: no method for them was seen in the Go client's documentation.
func restore(t *testing.T, path string) thing {
	t.Helper()
	var restored thing
	if err := client.Post(ctx, path+"/restore", body{}, &restored); err != nil {
		t.Fatal(err)
	}
	return restored
}

func inTrash(t *testing.T, path, status, id string) bool {
	t.Helper()
	var page struct{ Data []thing }
	if err := client.Get(ctx, path, nil, &page, option.WithQuery("status", status)); err != nil {
		t.Fatal(err)
	}
	for _, one := range page.Data {
		if one.ID == id {
			return true
		}
	}
	return false
}

func wantThing(t *testing.T, got, want thing) {
	t.Helper()
	wantEqual(t, got.ID, want.ID)
	wantMap(t, written(got), written(want))
}

// written is what somebody wrote of a record, in one spelling.
func written(from thing) map[string]string {
	all := map[string]string{}
	for slug, field := range from.Fields {
		if !slices.Contains(writtenInTheBackground, slug) {
			all[slug] = canonical(string(field))
		}
	}
	return all
}
