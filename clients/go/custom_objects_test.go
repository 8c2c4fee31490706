package clients

import (
	"slices"
	"strings"
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
	"github.com/Lightfld/lightfield-go/packages/param"
)

func customObjects(t *testing.T) {
	vehicle, boat := defineObjectType(t, "vehicle"), defineObjectType(t, "boat")

	t.Run("are listed by the alphabet", func(t *testing.T) {
		var slugs []string
		for _, one := range of(client.Object.ListDefinitions(ctx)).must(t).Data {
			slugs = append(slugs, one.ObjectType)
			if one.ObjectType == vehicle {
				wantEqual(t, one.Label, "Vehicle")
			}
		}
		wantEqual(t, slices.Contains(slugs, vehicle), true)
		wantEqual(t, slices.IsSorted(slugs), true)
	})

	t.Run("are described", func(t *testing.T) {
		wheels := newFieldOf(t, vehicle, "NUMBER", nil)
		definitions := of(client.Object.Definitions(ctx, vehicle)).must(t)
		wantEqual(t, definitions.ObjectType, vehicle)
		wantEqual(t, definitions.FieldDefinitions["$name"].ValueType, "TEXT")
		wantEqual(t, definitions.FieldDefinitions[wheels].ValueType, "NUMBER")
	})

	t.Run("are created and retrieved", func(t *testing.T) {
		wheels := newFieldOf(t, vehicle, "NUMBER", nil)
		created := newVehicle(t, body{wheels: 4}, body{})
		wantEqual(t, strings.HasPrefix(created.ID, "obj_"), true)
		wantEqual(t, strings.HasSuffix(created.HTTPLink, "/crm/vehicle/"+created.ID), true)
		wantEqual(t, created.Fields[wheels].ValueType, "NUMBER")
		wantValue(t, created.Fields[wheels], 4)
		retrieved := of(client.Object.Get(ctx, created.ID, lightfield.ObjectGetParams{EntitySlug: vehicle})).must(t)
		wantMap(t, values(retrieved.Fields, nil), values(created.Fields, nil))
	})

	t.Run("are updated and cleared", func(t *testing.T) {
		color := newFieldOf(t, vehicle, "TEXT", nil)
		created := newVehicle(t, body{color: "blue"}, body{})
		updated := updateVehicle(t, created.ID, body{"fields": body{"$name": "Van", color: nil}})
		wantMap(t, values(updated.Fields, nil), values(created.Fields, query{
			"$name": `{"value":"Van","valueType":"TEXT"}`, color: `{"value":null,"valueType":"TEXT"}`,
		}))
	})

	t.Run("are linked from both ends", func(t *testing.T) {
		keeper, fleet := newRelationship(t, vehicle)
		account := newAccount(t, nil).ID
		created := newVehicle(t, body{}, body{keeper: account})
		wantSet(t, created.Relationships[keeper].Values, account)
		wantEqual(t, created.Relationships[keeper].ObjectType, "account")
		wantSet(t, retrieveAccount(t, account).Relationships[fleet].Values, created.ID)
		emptied := of(client.Account.Update(ctx, account, lightfield.AccountUpdateParams{
			Relationships: map[string]lightfield.AccountUpdateParamsRelationship{
				fleet: param.Override[lightfield.AccountUpdateParamsRelationship](body{"remove": created.ID}),
			},
		})).must(t)
		wantSet(t, emptied.Relationships[fleet].Values)
		added := updateVehicle(t, created.ID, body{"relationships": body{keeper: body{"add": account}}})
		wantSet(t, added.Relationships[keeper].Values, account)
	})

	t.Run("are listed by field and relationship", func(t *testing.T) {
		wheels := newFieldOf(t, vehicle, "NUMBER", nil)
		keeper, _ := newRelationship(t, vehicle)
		account := newAccount(t, nil).ID
		newVehicle(t, body{wheels: 2}, body{})
		van := newVehicle(t, body{wheels: 4}, body{keeper: account})
		for _, by := range []query{
			{"$name[equal]": strings.Trim(string(valueOf(t, van.Fields["$name"])), `"`)},
			{wheels + "[greaterThan]": "3"},
			{keeper + "[contains]": account},
		} {
			page := of(client.Object.List(ctx, vehicle, lightfield.ObjectListParams{
				Limit: lightfield.Int(5),
			}, filters(by)...)).must(t)
			wantEqual(t, page.TotalCount, 1)
			wantEqual(t, page.Data[0].ID, van.ID)
		}
	})

	t.Run("404 for an id of another type", func(t *testing.T) {
		created := newVehicle(t, body{}, body{})
		_, err := client.Object.Get(ctx, created.ID, lightfield.ObjectGetParams{EntitySlug: boat})
		wantError(t, err, 404, "not_found", "", "")
	})

	t.Run("404 for an unknown type", func(t *testing.T) {
		_, err := client.Object.List(ctx, "unicorn", lightfield.ObjectListParams{})
		wantError(t, err, 404, "not_found", "", "")
	})

	t.Run("422 without a name", func(t *testing.T) {
		_, err := client.Object.New(ctx, vehicle, param.Override[lightfield.ObjectNewParams](body{"fields": body{}}))
		wantError(t, err, 422, "unprocessable_content", "", "fields.$name")
	})
}

func newVehicle(t *testing.T, fields, relationships body) *lightfield.ObjectCreateResponse {
	t.Helper()
	all := body{"$name": unique("Van")}
	for slug, value := range fields {
		all[slug] = value
	}
	return of(client.Object.New(ctx, "vehicle", param.Override[lightfield.ObjectNewParams](body{
		"fields": all, "relationships": relationships,
	}))).must(t)
}

func updateVehicle(t *testing.T, id string, changes body) *lightfield.ObjectUpdateResponse {
	t.Helper()
	params := param.Override[lightfield.ObjectUpdateParams](changes)
	params.EntitySlug = "vehicle"
	return of(client.Object.Update(ctx, id, params)).must(t)
}

// newRelationship returns the slugs of a new relationship to one account, and of its inverse; it is removed afterwards.
func newRelationship(t *testing.T, objectType string) (keeper, fleet string) {
	t.Helper()
	ending := token()
	keeper, fleet = "keeper-"+ending, "fleet-"+ending
	path := "/objects/" + objectType + "/relationships"
	admin(t, "POST", path, body{
		"slug": keeper, "label": "Keeper", "to": "account", "cardinality": "HAS_ONE",
		"inverse": body{"slug": fleet, "label": "Fleet", "cardinality": "HAS_MANY"},
	})
	t.Cleanup(func() { admin(t, "DELETE", path+"/"+keeper, body{}) })
	return keeper, fleet
}
