package clients

import (
	"strings"
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
	"github.com/Lightfld/lightfield-go/packages/param"
)

func contacts(t *testing.T) {
	t.Run("decodes a full name", func(t *testing.T) {
		contact := newContact(t, newContactFields{
			"$name": {OfFullName: &lightfield.ContactNewParamsFieldFullName{FirstName: lightfield.String("Grace")}},
		})
		name := contact.Fields["$name"].Value.AsFullName()
		wantEqual(t, name.FirstName, "Grace")
		wantEqual(t, name.LastName, "")
		wantEqual(t, name.JSON.LastName.Valid(), false)
	})

	t.Run("creates with emails phones and a checkbox", func(t *testing.T) {
		address := token() + "@northwind.example"
		fields := newContact(t, newContactFields{
			"$email":        {OfStringArray: []string{address, "ada@northwind.example"}},
			"$phone":        {OfStringArray: []string{"+12025551234 x100", "(202) 555-0147"}},
			"$title":        {OfString: lightfield.String("CTO")},
			"$doNotContact": {OfBool: lightfield.Bool(true)},
		}).Fields
		wantEqual(t, strings.Join(fields["$email"].Value.AsStringArray(), " "), address+" ada@northwind.example")
		wantEqual(t, strings.Join(fields["$phone"].Value.AsStringArray(), " "), "+12025551234;ext=100 +12025550147")
		wantEqual(t, fields["$title"].Value.AsString(), "CTO")
		wantEqual(t, fields["$doNotContact"].Value.AsBool(), true)
	})

	t.Run("retrieves what create answered", func(t *testing.T) {
		created := newContact(t, newContactFields{"$title": {OfString: lightfield.String("CTO")}})
		retrieved, err := client.Contact.Get(ctx, created.ID)
		if err != nil {
			t.Fatal(err)
		}
		wantMap(t, values(retrieved.Fields, nil), values(created.Fields, nil))
	})

	t.Run("updates and clears values", func(t *testing.T) {
		created := newContact(t, newContactFields{
			"$title":        {OfString: lightfield.String("CTO")},
			"$doNotContact": {OfBool: lightfield.Bool(true)},
		})
		updated, err := client.Contact.Update(ctx, created.ID, lightfield.ContactUpdateParams{
			Fields: map[string]lightfield.ContactUpdateParamsFieldUnion{
				"$title":        {OfString: param.Null[string]()},
				"$doNotContact": {OfBool: lightfield.Bool(false)},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, updated.Fields["$title"].JSON.Value.Raw(), "null")
		wantEqual(t, updated.Fields["$doNotContact"].JSON.Value.Raw(), "false")
		wantMap(t, values(updated.Fields, nil), values(created.Fields, query{
			"$title": updated.Fields["$title"].RawJSON(), "$doNotContact": updated.Fields["$doNotContact"].RawJSON(),
		}))
	})

	t.Run("belongs to several accounts", func(t *testing.T) {
		first, second := newAccount(t, nil).ID, newAccount(t, nil).ID
		contact, err := client.Contact.New(ctx, lightfield.ContactNewParams{
			Fields: newContactFields{},
			Relationships: map[string]lightfield.ContactNewParamsRelationshipUnion{
				"$account": {OfStringArray: []string{first, second}},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		wantSet(t, contact.Relationships["$account"].Values, first, second)
		wantEqual(t, contact.Relationships["$account"].Cardinality, "HAS_MANY")
		wantSet(t, retrieveAccount(t, second).Relationships["$contact"].Values, contact.ID)
	})

	t.Run("lists by email and full name", func(t *testing.T) {
		text := token()
		contact := newContact(t, newContactFields{
			"$name": {OfFullName: &lightfield.ContactNewParamsFieldFullName{
				FirstName: lightfield.String("Ada"), LastName: lightfield.String(text),
			}},
			"$email": {OfStringArray: []string{text + "@northwind.example"}},
		})
		for _, by := range []query{{"$email[contains]": text + "@northwind.example"}, {"$name[equal]": "Ada " + text}} {
			page, err := client.Contact.List(ctx, lightfield.ContactListParams{Limit: lightfield.Int(5)}, filters(by)...)
			if err != nil {
				t.Fatal(by, err)
			}
			wantEqual(t, page.TotalCount, 1)
			wantEqual(t, page.Data[0].ID, contact.ID)
			wantEqual(t, page.Data[0].Fields["$name"].Value.AsFullName().LastName, text)
		}
	})

	t.Run("describes fields and relationships", func(t *testing.T) {
		definitions, err := client.Contact.Definitions(ctx)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, definitions.ObjectType, "contact")
		wantEqual(t, definitions.FieldDefinitions["$name"].ValueType, "FULL_NAME")
		wantEqual(t, definitions.FieldDefinitions["$phone"].ValueType, "TELEPHONE")
		wantEqual(t, definitions.RelationshipDefinitions["$account"].ObjectType, "account")
	})
}
