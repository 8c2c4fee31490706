package clients

import (
	"strings"
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
	"github.com/Lightfld/lightfield-go/packages/param"
)

func accounts(t *testing.T) {
	t.Run("creates with urls selects handles and an address", func(t *testing.T) {
		fields := newAccount(t, newAccountFields{
			"$website":   {OfStringArray: []string{"https://northwind.example", "https://shop.northwind.example"}},
			"$industry":  {OfStringArray: []string{"Software", accountOption(t, "$industry", "Retail")}},
			"$headcount": {OfString: lightfield.String("11-50")},
			"$linkedIn":  {OfString: lightfield.String("https://www.linkedin.com/company/northwind")},
			"$primaryAddress": {OfAddress: &lightfield.AccountNewParamsFieldAddress{
				Street:     lightfield.String("1 Harbour Road"),
				City:       lightfield.String("Cork"),
				PostalCode: lightfield.String("T12"),
				Country:    lightfield.String("IE"),
			}},
		}).Fields
		var sites []string
		for _, site := range fields["$website"].Value.AsStringArray() {
			sites = append(sites, strings.TrimRight(site, "/"))
		}
		wantEqual(t, strings.Join(sites, " "), "https://northwind.example https://shop.northwind.example")
		wantSet(t, fields["$industry"].Value.AsStringArray(),
			accountOption(t, "$industry", "Software"), accountOption(t, "$industry", "Retail"))
		wantEqual(t, fields["$headcount"].Value.AsString(), accountOption(t, "$headcount", "11-50"))
		wantEqual(t, strings.Contains(fields["$linkedIn"].Value.AsString(), "linkedin.com/company/northwind"), true)
	})

	t.Run("decodes an address", func(t *testing.T) {
		account := newAccount(t, newAccountFields{
			"$primaryAddress": {OfAddress: &lightfield.AccountNewParamsFieldAddress{
				Street:   lightfield.String("1 Harbour Road"),
				City:     lightfield.String("Cork"),
				Country:  lightfield.String("IE"),
				Latitude: lightfield.Float(51.9),
			}},
		})
		address := account.Fields["$primaryAddress"].Value.AsAddress()
		wantEqual(t, address.Street, "1 Harbour Road")
		wantEqual(t, address.City, "Cork")
		wantEqual(t, address.Country, "IE")
		wantEqual(t, address.Latitude, 51.9)
		wantEqual(t, address.PostalCode, "")
		wantEqual(t, address.JSON.PostalCode.Valid(), false)
	})

	t.Run("retrieves what create answered", func(t *testing.T) {
		created := newAccount(t, newAccountFields{"$headcount": {OfString: lightfield.String("1-10")}})
		retrieved := retrieveAccount(t, created.ID)
		wantMap(t, values(retrieved.Fields, nil), values(created.Fields, nil))
		wantEqual(t, retrieved.HTTPLink, created.HTTPLink)
	})

	t.Run("updates and clears values", func(t *testing.T) {
		created := newAccount(t, newAccountFields{
			"$headcount": {OfString: lightfield.String("1-10")},
			"$website":   {OfStringArray: []string{"https://northwind.example"}},
		})
		updated, err := client.Account.Update(ctx, created.ID, lightfield.AccountUpdateParams{
			Fields: map[string]lightfield.AccountUpdateParamsFieldUnion{
				"$name":      {OfString: lightfield.String("Southwind")},
				"$headcount": {OfString: param.Null[string]()},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, updated.Fields["$name"].Value.AsString(), "Southwind")
		wantEqual(t, updated.Fields["$headcount"].JSON.Value.Raw(), "null")
		wantMap(t, values(updated.Fields, nil), values(created.Fields, query{
			"$name": updated.Fields["$name"].RawJSON(), "$headcount": updated.Fields["$headcount"].RawJSON(),
		}))
	})

	t.Run("adds removes and replaces contacts", func(t *testing.T) {
		account := newAccount(t, nil).ID
		first, second, third := newContact(t, nil).ID, newContact(t, nil).ID, newContact(t, nil).ID
		wantContacts(t, account, "add", []string{first, second}, first, second)
		wantContacts(t, account, "add", third, first, second, third)
		wantContacts(t, account, "remove", []string{first}, second, third)
		wantContacts(t, account, "replace", first, first)
		wantContacts(t, account, "replace", nil)
	})

	t.Run("lists by name website and contact", func(t *testing.T) {
		host := token() + ".example"
		contact := newContact(t, nil).ID
		account := newAccount(t, newAccountFields{"$website": {OfStringArray: []string{"https://" + host}}})
		wantContacts(t, account.ID, "add", contact, contact)
		name := account.Fields["$name"].Value.AsString()
		for _, by := range []query{
			{"$name[equal]": name},
			{"$name": name},
			{"$name[startsWith]": name[:len(name)-3]},
			{"$website[contains]": host},
			{"$account-contact[contains]": contact},
		} {
			page, err := client.Account.List(ctx, lightfield.AccountListParams{}, filters(by)...)
			if err != nil {
				t.Fatal(by, err)
			}
			wantEqual(t, page.TotalCount, 1)
			wantEqual(t, page.Data[0].ID, account.ID)
		}
	})

	t.Run("describes fields and relationships", func(t *testing.T) {
		definitions, err := client.Account.Definitions(ctx)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, definitions.ObjectType, "account")
		fields := definitions.FieldDefinitions
		wantEqual(t, fields["$website"].TypeConfiguration.MultipleValues, true)
		wantEqual(t, fields["$linkedIn"].TypeConfiguration.HandleService, "LINKEDIN")
		wantEqual(t, fields["$primaryAddress"].ValueType, "ADDRESS")
		wantEqual(t, definitions.RelationshipDefinitions["$contact"].Cardinality, "HAS_MANY")
	})
}

func accountOption(t *testing.T, field, label string) string {
	t.Helper()
	definitions, err := client.Account.Definitions(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, candidate := range definitions.FieldDefinitions[field].TypeConfiguration.Options {
		if candidate.Label == label {
			return candidate.ID
		}
	}
	t.Fatalf("%s has no option labelled %s", field, label)
	return ""
}

// wantContacts applies one operation to the account's contacts and compares those it has afterwards.
func wantContacts(t *testing.T, account, operation string, ids any, want ...string) {
	t.Helper()
	updated, err := client.Account.Update(ctx, account, lightfield.AccountUpdateParams{
		Relationships: map[string]lightfield.AccountUpdateParamsRelationship{
			"$contact": param.Override[lightfield.AccountUpdateParamsRelationship](map[string]any{operation: ids}),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	wantSet(t, updated.Relationships["$contact"].Values, want...)
	wantSet(t, retrieveAccount(t, account).Relationships["$contact"].Values, want...)
}
