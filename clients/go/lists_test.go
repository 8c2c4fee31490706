package clients

import (
	"slices"
	"strings"
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
	"github.com/Lightfld/lightfield-go/packages/param"
)

func lists(t *testing.T) {
	t.Run("creates with members and a record of its own", func(t *testing.T) {
		account := newAccount(t, nil).ID
		list := newList(t, "Targets", "$account", body{"$accounts": account})
		wantEqual(t, strings.HasPrefix(list.ID, "list_"), true)
		wantEqual(t, len(list.Fields), 2)
		wantValue(t, list.Fields["$name"], "Targets")
		wantValue(t, list.Fields["$objectType"], "$account")
		for _, absent := range []string{`"updatedAt"`, `"externalId"`, `"relationships"`} {
			wantEqual(t, strings.Contains(list.RawJSON(), absent), false)
		}
		wantListed(t, list.ID, account)
	})

	t.Run("retrieves renames and lists", func(t *testing.T) {
		created := newList(t, unique("Targets"), "account", body{})
		retrieved := of(client.List.Get(ctx, created.ID)).must(t)
		wantMap(t, values(retrieved.Fields, nil), values(created.Fields, nil))
		wantValue(t, created.Fields["$objectType"], "$account")
		renamed := updateList(t, created.ID, body{"fields": body{"$name": "Q3 targets"}})
		wantValue(t, renamed.Fields["$name"], "Q3 targets")
		page := of(client.List.List(ctx, lightfield.ListListParams{Limit: lightfield.Int(1)})).must(t)
		wantEqual(t, page.Object, "list")
		wantEqual(t, page.Data[0].ID, created.ID)
		wantMap(t, values(page.Data[0].Fields, nil), values(renamed.Fields, nil))
	})

	t.Run("adds and removes members", func(t *testing.T) {
		first, second, third := newAccount(t, nil).ID, newAccount(t, nil).ID, newAccount(t, nil).ID
		list := newList(t, "Targets", "$account", body{"$accounts": []string{first}}).ID
		updateList(t, list, body{"relationships": body{
			"$accounts": body{"add": []string{second, third}, "remove": first},
		}})
		wantListed(t, list, third, second)
		updateList(t, list, body{"relationships": body{"$accounts": body{"remove": []string{third}}}})
		wantListed(t, list, second)
	})

	t.Run("pages through members newest first", func(t *testing.T) {
		ids := []string{newAccount(t, nil).ID, newAccount(t, nil).ID, newAccount(t, nil).ID}
		list := newList(t, "Targets", "$account", body{"$accounts": ids}).ID
		var seen []string
		for _, offset := range []int64{0, 2} {
			page := of(client.List.ListAccounts(ctx, list, lightfield.ListListAccountsParams{
				Limit: lightfield.Int(2), Offset: lightfield.Int(offset),
			})).must(t)
			wantEqual(t, page.TotalCount, 3)
			for _, account := range page.Data {
				seen = append(seen, account.ID)
			}
		}
		slices.Reverse(ids)
		wantOrder(t, seen, ids...)
	})

	t.Run("holds contacts", func(t *testing.T) {
		contact := newContact(t, nil)
		list := newList(t, "People", "$contact", body{"$contacts": []string{contact.ID}}).ID
		members := of(client.List.ListContacts(ctx, list, lightfield.ListListContactsParams{})).must(t).Data
		wantEqual(t, len(members), 1)
		wantEqual(t, members[0].ID, contact.ID)
		wantMap(t, values(members[0].Fields, nil), values(contact.Fields, nil))
		wantListed(t, list)
	})

	t.Run("holds opportunities", func(t *testing.T) {
		opportunity := newOpportunity(t, newAccount(t, nil).ID, nil)
		list := newList(t, "Deals", "$opportunity", body{}).ID
		updateList(t, list, body{"relationships": body{"$opportunities": body{"add": opportunity.ID}}})
		members := of(client.List.ListOpportunities(ctx, list, lightfield.ListListOpportunitiesParams{})).must(t).Data
		wantEqual(t, len(members), 1)
		wantEqual(t, members[0].ID, opportunity.ID)
		wantMap(t, values(members[0].Fields, nil), values(opportunity.Fields, nil))
	})

	t.Run("leaves its members when it is deleted", func(t *testing.T) {
		account := newAccount(t, nil).ID
		list := newList(t, "Targets", "$account", body{"$accounts": account})
		for range 2 {
			deleted := of(client.List.Delete(ctx, list.ID, lightfield.ListDeleteParams{})).must(t)
			wantMap(t, values(deleted.Fields, nil), values(list.Fields, nil))
		}
		_, err := client.List.Get(ctx, list.ID)
		wantError(t, err, 404, "not_found", "", "")
		_, err = client.List.ListAccounts(ctx, list.ID, lightfield.ListListAccountsParams{})
		wantError(t, err, 404, "not_found", "", "")
		wantEqual(t, retrieveAccount(t, account).ID, account)
	})

	t.Run("400 for members of another type", func(t *testing.T) {
		_, err := client.List.New(ctx, param.Override[lightfield.ListNewParams](body{
			"fields":        body{"$name": "Targets", "$objectType": "$account"},
			"relationships": body{"$contacts": newContact(t, nil).ID},
		}))
		wantError(t, err, 400, "bad_request", "unknown_relationship", "relationships.$contacts")
	})
}

func newList(t *testing.T, name, objectType string, relationships body) *lightfield.ListCreateResponse {
	t.Helper()
	return of(client.List.New(ctx, param.Override[lightfield.ListNewParams](body{
		"fields": body{"$name": name, "$objectType": objectType}, "relationships": relationships,
	}))).must(t)
}

func updateList(t *testing.T, id string, changes body) *lightfield.ListUpdateResponse {
	t.Helper()
	return of(client.List.Update(ctx, id, param.Override[lightfield.ListUpdateParams](changes))).must(t)
}

// wantListed compares the accounts in a list.
func wantListed(t *testing.T, list string, ids ...string) {
	t.Helper()
	page := of(client.List.ListAccounts(ctx, list, lightfield.ListListAccountsParams{})).must(t)
	var got []string
	for _, account := range page.Data {
		got = append(got, account.ID)
	}
	wantOrder(t, got, ids...)
	wantEqual(t, page.TotalCount, int64(len(ids)))
}
