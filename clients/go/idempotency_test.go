package clients

import (
	"strings"
	"sync"
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
	"github.com/Lightfld/lightfield-go/option"
)

func idempotencyKey() option.RequestOption { return option.WithHeader("Idempotency-Key", token()) }

func accountNamed(name string) lightfield.AccountNewParams {
	return lightfield.AccountNewParams{Fields: newAccountFields{"$name": {OfString: lightfield.String(name)}}}
}

func wantOneAccountNamed(t *testing.T, name string) {
	t.Helper()
	page, err := client.Account.List(ctx, lightfield.AccountListParams{}, option.WithQuery("$name[equal]", name))
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, page.TotalCount, 1)
}

func idempotency(t *testing.T) {
	t.Run("the same key answers the same record", func(t *testing.T) {
		key, name := idempotencyKey(), unique("Northwind")
		first, err := client.Account.New(ctx, accountNamed(name), key)
		if err != nil {
			t.Fatal(err)
		}
		second, err := client.Account.New(ctx, accountNamed("Something else"), key)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, second.RawJSON(), first.RawJSON())
		wantOneAccountNamed(t, name)
	})

	t.Run("the same key on another type makes another record", func(t *testing.T) {
		key := idempotencyKey()
		account, err := client.Account.New(ctx, accountNamed(unique("Northwind")), key)
		if err != nil {
			t.Fatal(err)
		}
		contact, err := client.Contact.New(ctx, lightfield.ContactNewParams{Fields: newContactFields{}}, key)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, strings.HasPrefix(account.ID, "acc_"), true)
		wantEqual(t, strings.HasPrefix(contact.ID, "con_"), true)
	})

	t.Run("the same key on an update updates", func(t *testing.T) {
		key := idempotencyKey()
		account, err := client.Account.New(ctx, accountNamed(unique("Northwind")), key)
		if err != nil {
			t.Fatal(err)
		}
		updated, err := client.Account.Update(ctx, account.ID, lightfield.AccountUpdateParams{
			Fields: map[string]lightfield.AccountUpdateParamsFieldUnion{
				"$name": {OfString: lightfield.String("Southwind")},
			},
		}, key)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, updated.Fields["$name"].Value.AsString(), "Southwind")
	})

	t.Run("a refused request does not use up its key", func(t *testing.T) {
		key := idempotencyKey()
		_, err := client.Account.New(ctx, lightfield.AccountNewParams{Fields: newAccountFields{}}, key)
		wantError(t, err, 422, "unprocessable_content", "", "fields.$name")
		account, err := client.Account.New(ctx, accountNamed("Northwind"), key)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, strings.HasPrefix(account.ID, "acc_"), true)
	})

	t.Run("racing twins make one record", func(t *testing.T) {
		key, name := idempotencyKey(), unique("Northwind")
		var group sync.WaitGroup
		ids := make([]string, 8)
		for twin := range ids {
			group.Add(1)
			go func() {
				defer group.Done()
				// A twin in flight answers 409, which the client retries.
				account, err := client.Account.New(ctx, accountNamed(name), key, option.WithMaxRetries(10))
				if err != nil {
					t.Error(err)
					return
				}
				ids[twin] = account.ID
			}()
		}
		group.Wait()
		for _, id := range ids {
			wantEqual(t, id, ids[0])
		}
		wantOneAccountNamed(t, name)
	})
}
