package clients

import (
	"slices"
	"strings"
	"testing"
	"time"

	lightfield "github.com/Lightfld/lightfield-go"
)

func enrichment(t *testing.T) {
	t.Run("fills what a contact lacks", func(t *testing.T) {
		domain := token() + ".example"
		account := newAccount(t, newAccountFields{"$website": {OfStringArray: []string{domain}}})
		contact, err := client.Contact.New(ctx, lightfield.ContactNewParams{
			Fields: newContactFields{"$email": {OfStringArray: []string{"ada.byron@" + domain}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.EnrichmentRun.Enrich(ctx, contact.ID, lightfield.EnrichmentRunEnrichParams{
			EntitySlug: lightfield.EnrichmentRunEnrichParamsEntitySlugContacts,
		})
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, string(answer.Status), "started")
		run := endedRun(t, answer.EnrichmentRun.ID)
		wantEqual(t, strings.HasPrefix(run.ID, "enr_"), true)
		wantEqual(t, string(run.Status), "completed")
		wantEqual(t, string(run.Trigger), "manual")
		wantEqual(t, run.EntityID, contact.ID)
		wantSet(t, run.TargetFields, "account", "name")
		enriched, err := client.Contact.Get(ctx, contact.ID)
		if err != nil {
			t.Fatal(err)
		}
		wantSet(t, enriched.Relationships["$account"].Values, account.ID)
	})

	t.Run("skips what it cannot find", func(t *testing.T) {
		contact := newContact(t, newContactFields{"$email": {OfStringArray: []string{"ada@northwind.example"}}})
		answer, err := client.EnrichmentRun.Enrich(ctx, contact.ID, lightfield.EnrichmentRunEnrichParams{
			EntitySlug: lightfield.EnrichmentRunEnrichParamsEntitySlugContacts, Fields: []string{"phone"},
		})
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, string(answer.Status), "skipped")
		wantEqual(t, string(answer.Reason), "no_operations")
		bare, err := client.EnrichmentRun.Enrich(ctx, newAccount(t, nil).ID, lightfield.EnrichmentRunEnrichParams{
			EntitySlug: lightfield.EnrichmentRunEnrichParamsEntitySlugAccounts,
		})
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, string(bare.Reason), "no_operations")
	})

	t.Run("refuses what it does not know", func(t *testing.T) {
		contact := newContact(t, newContactFields{"$email": {OfStringArray: []string{"ada@northwind.example"}}})
		enrich := func(slug lightfield.EnrichmentRunEnrichParamsEntitySlug, fields ...string) error {
			_, err := client.EnrichmentRun.Enrich(ctx, contact.ID, lightfield.EnrichmentRunEnrichParams{
				EntitySlug: slug, Fields: fields,
			})
			return err
		}
		contacts := lightfield.EnrichmentRunEnrichParamsEntitySlugContacts
		wantError(t, enrich(contacts, "shoeSize"), 400, "bad_request", "unknown_field", "fields")
		wantError(t, enrich(contacts, "profilePhotoUrl"), 422, "unprocessable_content", "", "fields")
		wantError(t, enrich(lightfield.EnrichmentRunEnrichParamsEntitySlugAccounts), 404, "not_found", "", "")
		_, err := client.EnrichmentRun.GetEnrichmentRun(ctx, "enr_01h455vb4pex5vsknk084sn02q")
		wantError(t, err, 404, "not_found", "", "")
	})
}

// endedRun is a run once it is over.
func endedRun(t *testing.T, id string) *lightfield.EnrichmentRunGetEnrichmentRunResponse {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		run, err := client.EnrichmentRun.GetEnrichmentRun(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		over := slices.Contains([]string{"completed", "failed", "timed_out"}, string(run.Status))
		if over || time.Now().After(deadline) {
			return run
		}
	}
}
