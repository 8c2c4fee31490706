package clients

import (
	"fmt"
	"strings"
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
	"github.com/Lightfld/lightfield-go/option"
)

var northwind = lightfield.AccountNewParams{
	Fields: newAccountFields{"$name": {OfString: lightfield.String("Northwind")}},
}

func apiErrors(t *testing.T) {
	t.Run("401 for a wrong key", func(t *testing.T) {
		_, err := client.Account.List(ctx, lightfield.AccountListParams{}, option.WithAPIKey("sk_of_wrong"))
		wantError(t, err, 401, "unauthorized", "", "")
	})

	t.Run("403 for a missing scope", func(t *testing.T) {
		reader := connect(option.WithAPIKey(newKey(t, "accounts:read")))
		if _, err := reader.Account.List(ctx, lightfield.AccountListParams{}); err != nil {
			t.Fatal(err)
		}
		_, err := reader.Account.New(ctx, northwind)
		wantError(t, err, 403, "forbidden", "", "")
	})

	t.Run("404 for an unknown id", func(t *testing.T) {
		for _, id := range []string{"opp_00000000000000000000000000", "nonsense", newAccount(t, nil).ID} {
			_, err := client.Opportunity.Get(ctx, id)
			wantError(t, err, 404, "not_found", "", "")
		}
	})

	t.Run("400 for an unknown field", func(t *testing.T) {
		_, err := client.Account.New(ctx, lightfield.AccountNewParams{
			Fields: newAccountFields{"bogus": {OfFloat: lightfield.Float(1)}},
		})
		wantError(t, err, 400, "bad_request", "unknown_field", "fields.bogus")
	})

	t.Run("400 for an unknown relationship", func(t *testing.T) {
		params := northwind
		params.Relationships = map[string]lightfield.AccountNewParamsRelationshipUnion{
			"bogus": {OfString: lightfield.String("acc_1")},
		}
		_, err := client.Account.New(ctx, params)
		wantError(t, err, 400, "bad_request", "unknown_relationship", "relationships.bogus")
	})

	t.Run("400 for a value of the wrong type", func(t *testing.T) {
		_, err := client.Account.New(ctx, lightfield.AccountNewParams{
			Fields: newAccountFields{"$name": {OfFloat: lightfield.Float(7)}},
		})
		wantError(t, err, 400, "bad_request", "invalid_type", "fields.$name")
	})

	t.Run("400 for a missing reference", func(t *testing.T) {
		_, err := client.Opportunity.New(ctx, opportunityIn("acc_00000000000000000000000000", nil))
		wantError(t, err, 400, "bad_request", "relationship_entity_missing", "relationships.$account")
	})

	t.Run("400 for a read only field", func(t *testing.T) {
		opportunity := newOpportunity(t, newAccount(t, nil).ID, nil)
		_, err := client.Opportunity.Update(ctx, opportunity.ID, lightfield.OpportunityUpdateParams{
			Fields: opportunityFields{"$opportunityStatus": {OfString: lightfield.String("Fine")}},
		})
		wantError(t, err, 400, "bad_request", "invalid_configuration", "fields.$opportunityStatus")
	})

	t.Run("400 for an unknown filter", func(t *testing.T) {
		_, err := client.Account.List(ctx, lightfield.AccountListParams{}, option.WithQuery("$bogus[equal]", "1"))
		wantError(t, err, 400, "bad_request", "unknown_field", "$bogus")
	})

	t.Run("400 for a page that is too large", func(t *testing.T) {
		_, err := client.Account.List(ctx, lightfield.AccountListParams{Limit: lightfield.Int(26)})
		wantError(t, err, 400, "bad_request", "invalid_type", "limit")
	})

	t.Run("400 for another version of the api", func(t *testing.T) {
		old := option.WithHeader("Lightfield-Version", "2020-01-01")
		_, err := client.Account.List(ctx, lightfield.AccountListParams{}, old)
		wantError(t, err, 400, "bad_request", "version_header", "Lightfield-Version")
	})

	t.Run("400 for an idempotency key over 255 characters", func(t *testing.T) {
		_, err := client.Account.New(ctx, northwind, option.WithHeader("Idempotency-Key", strings.Repeat("k", 256)))
		wantError(t, err, 400, "bad_request", "idempotency_key_too_long", "Idempotency-Key")
	})

	t.Run("422 for a missing account", func(t *testing.T) {
		params := opportunityIn("", nil)
		params.Relationships = map[string]lightfield.OpportunityNewParamsRelationshipUnion{}
		_, err := client.Opportunity.New(ctx, params)
		wantError(t, err, 422, "unprocessable_content", "", "relationships.$account")
	})

	t.Run("422 for a missing name", func(t *testing.T) {
		_, err := client.Account.New(ctx, lightfield.AccountNewParams{Fields: newAccountFields{}})
		wantError(t, err, 422, "unprocessable_content", "", "fields.$name")
	})

	t.Run("422 for an unknown stage", func(t *testing.T) {
		_, err := client.Opportunity.New(ctx, opportunityIn(newAccount(t, nil).ID, newOpportunityFields{
			"$stage": {OfString: lightfield.String("Nowhere")},
		}))
		wantError(t, err, 422, "unprocessable_content", "", "fields.$stage")
	})

	t.Run("422 for more than 25 links", func(t *testing.T) {
		var contacts []string
		for number := range 26 {
			contacts = append(contacts, fmt.Sprintf("con_%026d", number))
		}
		params := northwind
		params.Relationships = map[string]lightfield.AccountNewParamsRelationshipUnion{"$contact": {OfStringArray: contacts}}
		_, err := client.Account.New(ctx, params)
		wantError(t, err, 422, "unprocessable_content", "relationship_write_limit_exceeded", "relationships")
	})
}
