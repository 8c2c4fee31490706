package clients

import (
	"slices"
	"strings"
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
	"github.com/Lightfld/lightfield-go/packages/param"
)

func merges(t *testing.T) {
	t.Run("merges accounts with their links", func(t *testing.T) {
		primary := newAccount(t, newAccountFields{"$headcount": {OfString: lightfield.String("1-10")}})
		duplicate := newAccount(t, newAccountFields{
			"$headcount": {OfString: lightfield.String("11-50")},
			"$website":   {OfStringArray: []string{"https://northwind.example"}},
		})
		opportunity := newOpportunity(t, duplicate.ID, nil).ID
		answer := mergeAccounts(t, body{"primaryId": primary.ID, "duplicateId": duplicate.ID})
		wantEqual(t, strings.HasPrefix(answer.Merge.ID, "mrg_"), true)
		wantEqual(t, slices.Contains([]string{"cleanup_pending", "done"}, answer.Merge.Status), true)
		wantEqual(t, answer.Primary.ID, primary.ID)
		wantEqual(t, len(answer.Summary.Warnings), 0)
		website := query{"$website": duplicate.Fields["$website"].RawJSON()}
		wantMap(t, values(retrieveAccount(t, primary.ID).Fields, nil), values(primary.Fields, website))
		wantSet(t, retrieveOpportunity(t, opportunity).Relationships["$account"].Values, primary.ID)
		_, err := client.Account.Get(ctx, duplicate.ID)
		wantError(t, err, 404, "not_found", "", "")
	})

	t.Run("resolves fields as it is told", func(t *testing.T) {
		primary := newAccount(t, newAccountFields{
			"$headcount": {OfString: lightfield.String("1-10")}, "$industry": {OfStringArray: []string{"Retail"}},
		})
		duplicate := newAccount(t, newAccountFields{
			"$headcount": {OfString: lightfield.String("11-50")}, "$industry": {OfStringArray: []string{"Media"}},
		})
		merged := mergeAccounts(t, body{
			"primaryId":        primary.ID,
			"duplicateId":      duplicate.ID,
			"fieldResolutions": body{"$name": body{"value": "Northwind"}, "$headcount": "duplicate"},
			"options":          body{"multiSelectUnion": true},
		}).Primary
		wantValue(t, merged.Fields["$name"], "Northwind")
		wantValue(t, merged.Fields["$headcount"], valueOf(t, duplicate.Fields["$headcount"]))
		wantSet(t, merged.Fields["$industry"].Value.AsStringArray(), slices.Concat(
			primary.Fields["$industry"].Value.AsStringArray(), duplicate.Fields["$industry"].Value.AsStringArray(),
		)...)
	})

	t.Run("takes fields by their slug too", func(t *testing.T) {
		primary, duplicate := newAccount(t, nil), newAccount(t, nil)
		merged := mergeAccounts(t, body{
			"primaryId": primary.ID, "duplicateId": duplicate.ID, "fieldResolutions": body{"name": "duplicate"},
		}).Primary
		wantValue(t, merged.Fields["$name"], valueOf(t, duplicate.Fields["$name"]))
	})

	t.Run("merges contacts", func(t *testing.T) {
		account := newAccount(t, nil).ID
		primary := newContact(t, newContactFields{"$title": {OfString: lightfield.String("CTO")}}).ID
		duplicate := newContactIn(t, account, "ada@northwind.example")
		answer := of(client.Merge.MergeContacts(ctx, lightfield.MergeMergeContactsParams{
			PrimaryID: primary, DuplicateID: duplicate,
		})).must(t)
		wantValue(t, answer.Primary.Fields["$title"], "CTO")
		wantValue(t, answer.Primary.Fields["$email"], []string{"ada@northwind.example"})
		wantSet(t, answer.Primary.Relationships["$account"].Values, account)
		wantEqual(t, answer.Summary.FieldWriteCount, 1)
	})

	t.Run("merges opportunities of one account", func(t *testing.T) {
		account := newAccount(t, nil).ID
		primary := newOpportunity(t, account, nil).ID
		duplicate := newOpportunity(t, account, newOpportunityFields{"$amount": {OfFloat: lightfield.Float(10)}}).ID
		merged := of(client.Merge.MergeOpportunities(ctx, lightfield.MergeMergeOpportunitiesParams{
			PrimaryID: primary, DuplicateID: duplicate,
		})).must(t).Primary
		wantEqual(t, merged.ID, primary)
		wantValue(t, merged.Fields["$amount"], 10)
		_, err := client.Merge.MergeOpportunities(ctx, lightfield.MergeMergeOpportunitiesParams{
			PrimaryID: primary, DuplicateID: newOpportunity(t, newAccount(t, nil).ID, nil).ID,
		})
		wantError(t, err, 422, "unprocessable_content", "", "duplicateId")
	})

	t.Run("merges custom objects", func(t *testing.T) {
		slug := defineObjectType(t, "vehicle")
		wheels := newFieldOf(t, slug, "NUMBER", nil)
		primary, duplicate := newVehicle(t, body{wheels: 4}, body{}).ID, newVehicle(t, body{wheels: 6}, body{}).ID
		answer := of(client.Merge.MergeObjectValues(ctx, slug, param.Override[lightfield.MergeMergeObjectValuesParams](body{
			"primaryId": primary, "duplicateId": duplicate, "fieldResolutions": body{wheels: "duplicate"},
		}))).must(t)
		wantEqual(t, answer.Primary.ID, primary)
		wantValue(t, answer.Primary.Fields[wheels], 6)
		wantEqual(t, of(client.Merge.GetMerge(ctx, answer.Merge.ID)).must(t).EntityType, slug)
	})

	t.Run("retrieves a merge", func(t *testing.T) {
		primary, duplicate := newContact(t, nil).ID, newContact(t, nil).ID
		answer := of(client.Merge.MergeContacts(ctx, lightfield.MergeMergeContactsParams{
			PrimaryID: primary, DuplicateID: duplicate,
		})).must(t)
		merge := of(client.Merge.GetMerge(ctx, answer.Merge.ID)).must(t)
		wantEqual(t, merge.ID, answer.Merge.ID)
		wantEqual(t, merge.EntityType, "contact")
		wantEqual(t, merge.Status, "done")
		wantEqual(t, merge.PrimaryID, primary)
		wantEqual(t, merge.DuplicateID, duplicate)
		wantEqual(t, merge.CreatedAt <= merge.UpdatedAt, true)
	})

	t.Run("404 for a duplicate that was merged already", func(t *testing.T) {
		params := lightfield.MergeMergeContactsParams{PrimaryID: newContact(t, nil).ID, DuplicateID: newContact(t, nil).ID}
		_ = of(client.Merge.MergeContacts(ctx, params)).must(t)
		_, err := client.Merge.MergeContacts(ctx, params)
		wantError(t, err, 404, "not_found", "", "")
	})

	t.Run("422 for a record and itself", func(t *testing.T) {
		contact := newContact(t, nil).ID
		_, err := client.Merge.MergeContacts(ctx, lightfield.MergeMergeContactsParams{
			PrimaryID: contact, DuplicateID: contact,
		})
		wantError(t, err, 422, "unprocessable_content", "", "duplicateId")
	})
}

func mergeAccounts(t *testing.T, merge body) *lightfield.MergeMergeAccountsResponse {
	t.Helper()
	return of(client.Merge.MergeAccounts(ctx, param.Override[lightfield.MergeMergeAccountsParams](merge))).must(t)
}
