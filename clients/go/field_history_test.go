package clients

import (
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
)

func fieldHistory(t *testing.T) {
	t.Run("says which values a field had and when", func(t *testing.T) {
		opportunity := newOpportunity(t, newAccount(t, nil).ID, newOpportunityFields{
			"$stage": {OfString: lightfield.String("Lead")},
		})
		for _, stage := range []string{"Demo", "Demo", "Won"} {
			updateOpportunity(t, opportunity.ID, lightfield.OpportunityUpdateParams{
				Fields: opportunityFields{"$stage": {OfString: lightfield.String(stage)}},
			})
		}
		history := of(client.Opportunity.FieldHistory(ctx, "$stage", lightfield.OpportunityFieldHistoryParams{
			ID: opportunity.ID,
		})).must(t)
		var labels []string
		for _, entry := range history.Data {
			labels = append(labels, entry.DisplayValue)
		}
		wantOrder(t, labels, "Won", "Demo", "Lead")
		wantEqual(t, history.HasMore, false)
		wantEqual(t, history.NextCursor, "")
		newest, oldest := history.Data[0], history.Data[2]
		wantEqual(t, newest.IsCreate || history.Data[1].IsCreate, false)
		wantEqual(t, oldest.IsCreate, true)
		wantEqual(t, newest.ValueType, "SINGLE_SELECT")
		wantValue(t, newest, opportunityOption(t, "$stage", "Won"))
		wantEqual(t, oldest.RecordedAt, opportunity.CreatedAt)
		wantEqual(t, newest.RecordedAt >= oldest.RecordedAt, true)
	})

	t.Run("is read page by page", func(t *testing.T) {
		account := newAccount(t, newAccountFields{"$headcount": {OfString: lightfield.String("1-10")}}).ID
		for _, headcount := range []string{"11-50", "51-200", "201-500"} {
			_ = of(client.Account.Update(ctx, account, lightfield.AccountUpdateParams{
				Fields: map[string]lightfield.AccountUpdateParamsFieldUnion{
					"$headcount": {OfString: lightfield.String(headcount)},
				},
			})).must(t)
		}
		params := lightfield.AccountFieldHistoryParams{ID: account, Limit: lightfield.Int(2)}
		var seen []string
		pages := 0
		for cursor := ""; pages == 0 || cursor != ""; pages++ {
			if cursor != "" {
				params.After = lightfield.String(cursor)
			}
			page := of(client.Account.FieldHistory(ctx, "$headcount", params)).must(t)
			wantEqual(t, page.HasMore, page.NextCursor != "")
			for _, entry := range page.Data {
				wantEqual(t, entry.IsCreate, false)
				seen = append(seen, entry.DisplayValue)
			}
			cursor = page.NextCursor
		}
		wantOrder(t, seen, "201-500", "51-200", "11-50", "1-10")
		wantEqual(t, pages, 2)
	})

	t.Run("keeps values of every shape", func(t *testing.T) {
		contact := newContact(t, newContactFields{"$email": {OfStringArray: []string{"ada@northwind.example"}}}).ID
		_ = of(client.Contact.Update(ctx, contact, lightfield.ContactUpdateParams{
			Fields: map[string]lightfield.ContactUpdateParamsFieldUnion{
				"$name": {OfFullName: &lightfield.ContactUpdateParamsFieldFullName{
					FirstName: lightfield.String("Ada"), LastName: lightfield.String("King"),
				}},
			},
		})).must(t)
		names := of(client.Contact.FieldHistory(ctx, "$name", lightfield.ContactFieldHistoryParams{ID: contact})).must(t)
		wantEqual(t, len(names.Data), 2)
		wantValue(t, names.Data[0], query{"firstName": "Ada", "lastName": "King"})
		wantValue(t, names.Data[1], query{"firstName": "Ada", "lastName": "Byron"})
		emails := of(client.Contact.FieldHistory(ctx, "$email", lightfield.ContactFieldHistoryParams{ID: contact})).must(t)
		wantEqual(t, len(emails.Data), 1)
		wantValue(t, emails.Data[0], []string{"ada@northwind.example"})
	})

	t.Run("is there for fields of ones own", func(t *testing.T) {
		slug := defineObjectType(t, "vehicle")
		wheels := newFieldOf(t, slug, "NUMBER", nil)
		vehicle := newVehicle(t, body{wheels: 4}, body{}).ID
		updateVehicle(t, vehicle, body{"fields": body{wheels: 6}})
		history := of(client.Object.FieldHistory(ctx, wheels, lightfield.ObjectFieldHistoryParams{
			EntitySlug: slug, ID: vehicle,
		})).must(t)
		wantEqual(t, len(history.Data), 2)
		wantValue(t, history.Data[0], 6)
		wantValue(t, history.Data[1], 4)
	})

	t.Run("400 for what the system writes and for relationships", func(t *testing.T) {
		account := newAccount(t, nil).ID
		for _, key := range []string{"$accountStatus", "$contact"} {
			_, err := client.Account.FieldHistory(ctx, key, lightfield.AccountFieldHistoryParams{ID: account})
			wantError(t, err, 400, "bad_request", "invalid_configuration", "fieldKey")
		}
	})

	t.Run("400 for an unknown field", func(t *testing.T) {
		params := lightfield.AccountFieldHistoryParams{ID: newAccount(t, nil).ID}
		_, err := client.Account.FieldHistory(ctx, "bogus", params)
		wantError(t, err, 400, "bad_request", "unknown_field", "fieldKey")
	})

	t.Run("404 for an unknown record", func(t *testing.T) {
		params := lightfield.ContactFieldHistoryParams{ID: "con_00000000000000000000000000"}
		_, err := client.Contact.FieldHistory(ctx, "$name", params)
		wantError(t, err, 404, "not_found", "", "")
	})
}
