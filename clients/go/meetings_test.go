package clients

import (
	"fmt"
	"strings"
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
	"github.com/Lightfld/lightfield-go/option"
	"github.com/Lightfld/lightfield-go/packages/param"
)

const spoken = "Ada: Größe? Grace: ✓"

func meetings(t *testing.T) {
	t.Run("creates a meeting of the past with its attendees", func(t *testing.T) {
		address := token() + "@northwind.example"
		account := newAccount(t, nil).ID
		contact := newContactIn(t, account, address)
		meeting := newMeeting(t, body{"$attendeeEmails": []string{address}, "$organizerEmail": "grace@northwind.example"})
		wantEqual(t, strings.HasPrefix(meeting.ID, "mtg_"), true)
		wantEqual(t, meeting.ObjectType, "meeting")
		wantEqual(t, meeting.AccessLevel, "FULL")
		wantValue(t, meeting.Fields["$startDate"], "2026-05-01T09:00:00.000Z")
		wantValue(t, meeting.Fields["$attendeeEmails"], []string{address})
		wantValue(t, meeting.Fields["$organizerEmail"], "grace@northwind.example")
		wantSet(t, meeting.Relationships["$contact"].Values, contact)
		wantSet(t, meeting.Relationships["$account"].Values, account)
	})

	t.Run("makes contacts and accounts of attendees when asked", func(t *testing.T) {
		address := "ada@" + token() + ".example"
		params := meetingWith(body{"$attendeeEmails": []string{address}})
		params["autoCreateRecords"] = true
		meeting := of(client.Meeting.New(ctx, param.Override[lightfield.MeetingNewParams](params))).must(t)
		wantEqual(t, len(meeting.Relationships["$contact"].Values), 1)
		wantEqual(t, len(meeting.Relationships["$account"].Values), 1)
		contact, account := meeting.Relationships["$contact"].Values[0], meeting.Relationships["$account"].Values[0]
		wantValue(t, of(client.Contact.Get(ctx, contact)).must(t).Fields["$email"], []string{address})
		wantSet(t, retrieveAccount(t, account).Relationships["$contact"].Values, contact)
	})

	t.Run("attaches a transcript that can be read", func(t *testing.T) {
		params := meetingWith(body{})
		params["relationships"] = body{"$transcript": newFile(t, spoken, "meeting_transcript").ID}
		created := of(client.Meeting.New(ctx, param.Override[lightfield.MeetingNewParams](params))).must(t)
		meeting := of(client.Meeting.Get(ctx, created.ID)).must(t)
		wantEqual(t, len(meeting.Relationships["$transcript"].Values), 1)
		file := of(client.File.URL(ctx, meeting.Relationships["$transcript"].Values[0])).must(t)
		wantEqual(t, download(t, file.URL), spoken)
	})

	t.Run("replaces the transcript and changes the privacy", func(t *testing.T) {
		meeting := newMeeting(t, body{"$organizerEmail": "admin@example.com"}).ID
		first, second := newFile(t, spoken, "meeting_transcript").ID, newFile(t, spoken, "meeting_transcript").ID
		updateMeeting(t, meeting, body{"relationships": body{"$transcript": body{"replace": first}}})
		updated := updateMeeting(t, meeting, body{
			"fields":        body{"$privacySetting": "METADATA"},
			"relationships": body{"$transcript": body{"replace": second}},
		})
		wantValue(t, updated.Fields["$privacySetting"], "METADATA")
		wantEqual(t, updated.AccessLevel, "FULL")
		wantSet(t, updated.Relationships["$transcript"].Values, second)
	})

	t.Run("shows others only that a private meeting took place", func(t *testing.T) {
		meeting := newMeeting(t, body{
			"$description": "Plans", "$organizerEmail": "admin@example.com", "$privacySetting": "METADATA",
		}).ID
		member := admin(t, "POST", "/members", body{"email": token() + "@example.com", "role": "member"})["id"]
		t.Cleanup(func() { admin(t, "DELETE", fmt.Sprint("/members/", member), body{}) })
		theirs := admin(t, "POST", "/api-keys", body{"name": "clients", "memberId": member})["key"].(string)
		wantValue(t, of(client.Meeting.Get(ctx, meeting)).must(t).Fields["$description"], "Plans")
		seen := of(client.Meeting.Get(ctx, meeting, option.WithAPIKey(theirs))).must(t)
		wantEqual(t, seen.AccessLevel, "METADATA")
		wantValue(t, seen.Fields["$title"], "Kickoff")
		wantValue(t, seen.Fields["$description"], nil)
		_, shown := seen.Relationships["$transcript"]
		wantEqual(t, shown, false)
	})

	t.Run("retrieves and lists what create answered", func(t *testing.T) {
		created := newMeeting(t, body{})
		retrieved := of(client.Meeting.Get(ctx, created.ID)).must(t)
		wantMap(t, values(retrieved.Fields, nil), values(created.Fields, nil))
		page := of(client.Meeting.List(ctx, lightfield.MeetingListParams{Limit: lightfield.Int(1)})).must(t)
		wantEqual(t, page.Data[0].ID, created.ID)
		wantEqual(t, page.Data[0].ObjectType, "meeting")
		wantEqual(t, page.Data[0].AccessLevel, "FULL")
	})

	t.Run("describes fields and relationships", func(t *testing.T) {
		definitions := of(client.Meeting.Definitions(ctx)).must(t)
		wantEqual(t, definitions.ObjectType, "meeting")
		wantEqual(t, definitions.FieldDefinitions["$attendeeEmails"].ValueType, "EMAIL")
		wantEqual(t, definitions.RelationshipDefinitions["$transcript"].ObjectType, "file")
	})

	t.Run("422 for a meeting of the future", func(t *testing.T) {
		params := meetingWith(body{"$endDate": "2999-01-01T00:00:00Z"})
		_, err := client.Meeting.New(ctx, param.Override[lightfield.MeetingNewParams](params))
		wantError(t, err, 422, "unprocessable_content", "", "fields.$endDate")
	})

	t.Run("422 for a transcript that was uploaded for something else", func(t *testing.T) {
		params := meetingWith(body{})
		params["relationships"] = body{"$transcript": newFile(t, spoken, "").ID}
		_, err := client.Meeting.New(ctx, param.Override[lightfield.MeetingNewParams](params))
		wantError(t, err, 422, "unprocessable_content", "", "relationships.$transcript")
	})

	t.Run("400 for a new title", func(t *testing.T) {
		meeting := newMeeting(t, body{}).ID
		_, err := client.Meeting.Update(ctx, meeting, param.Override[lightfield.MeetingUpdateParams](body{
			"fields": body{"$title": "Other"},
		}))
		wantError(t, err, 400, "bad_request", "unknown_field", "fields.$title")
	})
}

// meetingWith is the body of a new meeting of an hour, with more fields or others.
func meetingWith(fields body) body {
	all := body{"$title": "Kickoff", "$startDate": "2026-05-01T09:00:00Z", "$endDate": "2026-05-01T10:00:00Z"}
	for key, value := range fields {
		all[key] = value
	}
	return body{"fields": all}
}

func newMeeting(t *testing.T, fields body) *lightfield.MeetingCreateResponse {
	t.Helper()
	return of(client.Meeting.New(ctx, param.Override[lightfield.MeetingNewParams](meetingWith(fields)))).must(t)
}

func updateMeeting(t *testing.T, id string, changes body) *lightfield.MeetingUpdateResponse {
	t.Helper()
	return of(client.Meeting.Update(ctx, id, param.Override[lightfield.MeetingUpdateParams](changes))).must(t)
}

// newContactIn makes a contact of an account with one address, and returns its id.
func newContactIn(t *testing.T, account, address string) string {
	t.Helper()
	return of(client.Contact.New(ctx, lightfield.ContactNewParams{
		Fields: newContactFields{"$email": {OfStringArray: []string{address}}},
		Relationships: map[string]lightfield.ContactNewParamsRelationshipUnion{
			"$account": {OfString: lightfield.String(account)},
		},
	})).must(t).ID
}
