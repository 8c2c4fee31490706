package clients

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	lightfield "github.com/Lightfld/lightfield-go"
	"github.com/Lightfld/lightfield-go/packages/param"
)

var timestamp = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)

// champion is an update of the relationship $champion: add, remove or replace.
func champion(operation string, id any) lightfield.OpportunityUpdateParams {
	return lightfield.OpportunityUpdateParams{
		Relationships: map[string]lightfield.OpportunityUpdateParamsRelationship{
			"$champion": param.Override[lightfield.OpportunityUpdateParamsRelationship](map[string]any{operation: id}),
		},
	}
}

func opportunities(t *testing.T) {
	t.Run("creates with a stage label and answers its option id", func(t *testing.T) {
		opportunity := newOpportunity(t, newAccount(t, nil).ID, nil)
		wantEqual(t, opportunity.Fields["$stage"].Value.AsString(), opportunityOption(t, "$stage", "Proposal"))
		wantEqual(t, opportunity.Fields["$stage"].ValueType, "SINGLE_SELECT")
	})

	t.Run("creates with a stage option id", func(t *testing.T) {
		stage := opportunityOption(t, "$stage", "Demo")
		opportunity := newOpportunity(t, newAccount(t, nil).ID, newOpportunityFields{
			"$stage": {OfString: lightfield.String(stage)},
		})
		wantEqual(t, opportunity.Fields["$stage"].Value.AsString(), stage)
	})

	t.Run("decodes text currency and datetime", func(t *testing.T) {
		fields := newOpportunity(t, newAccount(t, nil).ID, newOpportunityFields{
			"$name":      {OfString: lightfield.String("Größe ✓")},
			"$amount":    {OfFloat: lightfield.Float(1234.5)},
			"$closeDate": {OfString: lightfield.String("2026-03-16T12:00:00+02:00")},
		}).Fields
		wantEqual(t, fields["$name"].Value.OfString, "Größe ✓")
		wantEqual(t, fields["$name"].ValueType, "TEXT")
		wantEqual(t, fields["$amount"].Value.OfFloat, 1234.5)
		wantEqual(t, fields["$amount"].ValueType, "CURRENCY")
		wantEqual(t, fields["$closeDate"].Value.OfString, "2026-03-16T10:00:00.000Z")
		wantEqual(t, fields["$closeDate"].ValueType, "DATETIME")
	})

	t.Run("accepts relationships as an id or an array", func(t *testing.T) {
		account, first, second := newAccount(t, nil), newContact(t, nil), newContact(t, nil)
		params := opportunityIn(account.ID, nil)
		params.Relationships = map[string]lightfield.OpportunityNewParamsRelationshipUnion{
			"$account":   {OfStringArray: []string{account.ID}},
			"$champion":  {OfString: lightfield.String(first.ID)},
			"$evaluator": {OfStringArray: []string{second.ID}},
		}
		opportunity, err := client.Opportunity.New(ctx, params)
		if err != nil {
			t.Fatal(err)
		}
		wantSet(t, opportunity.Relationships["$account"].Values, account.ID)
		wantSet(t, opportunity.Relationships["$champion"].Values, first.ID)
		wantSet(t, opportunity.Relationships["$evaluator"].Values, second.ID)
		wantEqual(t, opportunity.Relationships["$champion"].Cardinality, "HAS_ONE")
		wantEqual(t, opportunity.Relationships["$champion"].ObjectType, "contact")
	})

	t.Run("answers link and timestamps", func(t *testing.T) {
		opportunity := newOpportunity(t, newAccount(t, nil).ID, nil)
		link := opportunity.HTTPLink
		wantEqual(t, strings.HasPrefix(link, "http"), true)
		wantEqual(t, strings.HasSuffix(link, "/crm/opportunities/"+opportunity.ID), true)
		wantEqual(t, timestamp.MatchString(opportunity.CreatedAt), true)
		wantEqual(t, opportunity.UpdatedAt, opportunity.CreatedAt)
	})

	t.Run("answers unset values as null and unset relationships as empty", func(t *testing.T) {
		opportunity := newOpportunity(t, newAccount(t, nil).ID, nil)
		amount := opportunity.Fields["$amount"]
		wantEqual(t, amount.ValueType, "CURRENCY")
		wantEqual(t, amount.JSON.Value.Valid(), false)
		wantEqual(t, amount.JSON.Value.Raw(), "null")
		wantEqual(t, opportunity.ExternalID, "")
		wantEqual(t, opportunity.JSON.ExternalID.Valid(), false)
		wantEqual(t, opportunity.Relationships["$champion"].ObjectType, "contact")
		wantSet(t, opportunity.Relationships["$champion"].Values)
		wantEqual(t, opportunity.Relationships["$task"].ObjectType, "task")
		wantSet(t, opportunity.Relationships["$task"].Values)
	})

	t.Run("retrieves what create answered", func(t *testing.T) {
		created := newOpportunity(t, newAccount(t, nil).ID, newOpportunityFields{"$amount": {OfFloat: lightfield.Float(10)}})
		retrieved := retrieveOpportunity(t, created.ID)
		wantMap(t, values(retrieved.Fields, nil), values(created.Fields, nil))
		wantMap(t, values(retrieved.Relationships, nil), values(created.Relationships, nil))
		wantEqual(t, retrieved.CreatedAt, created.CreatedAt)
	})

	t.Run("updates only what is named", func(t *testing.T) {
		created := newOpportunity(t, newAccount(t, nil).ID, newOpportunityFields{
			"$amount":   {OfFloat: lightfield.Float(10)},
			"$nextStep": {OfString: lightfield.String("Call")},
		})
		time.Sleep(10 * time.Millisecond) // timestamps have milliseconds
		updated := updateOpportunity(t, created.ID, lightfield.OpportunityUpdateParams{
			Fields: opportunityFields{"$amount": {OfFloat: lightfield.Float(20)}},
		})
		wantEqual(t, updated.Fields["$amount"].Value.AsFloat(), 20)
		amount := query{"$amount": updated.Fields["$amount"].RawJSON()}
		wantMap(t, values(updated.Fields, nil), values(created.Fields, amount))
		wantSet(t, updated.Relationships["$account"].Values, created.Relationships["$account"].Values...)
		wantEqual(t, updated.UpdatedAt > created.UpdatedAt, true)
		wantEqual(t, retrieveOpportunity(t, created.ID).UpdatedAt, updated.UpdatedAt)
	})

	t.Run("clears a value with null", func(t *testing.T) {
		created := newOpportunity(t, newAccount(t, nil).ID, newOpportunityFields{
			"$nextStep": {OfString: lightfield.String("Call")},
		})
		updated := updateOpportunity(t, created.ID, lightfield.OpportunityUpdateParams{
			Fields: opportunityFields{"$nextStep": {OfString: param.Null[string]()}},
		})
		wantEqual(t, updated.Fields["$nextStep"].JSON.Value.Raw(), "null")
		wantEqual(t, retrieveOpportunity(t, created.ID).Fields["$nextStep"].JSON.Value.Raw(), "null")
	})

	t.Run("replaces and clears a relationship", func(t *testing.T) {
		opportunity := newOpportunity(t, newAccount(t, nil).ID, nil)
		first, second := newContact(t, nil).ID, newContact(t, nil).ID
		added := updateOpportunity(t, opportunity.ID, champion("add", first))
		wantSet(t, added.Relationships["$champion"].Values, first)
		replaced := updateOpportunity(t, opportunity.ID, champion("replace", second))
		wantSet(t, replaced.Relationships["$champion"].Values, second)
		cleared := updateOpportunity(t, opportunity.ID, champion("replace", nil))
		wantSet(t, cleared.Relationships["$champion"].Values)
	})

	t.Run("appears on its account", func(t *testing.T) {
		account := newAccount(t, nil)
		opportunity := newOpportunity(t, account.ID, nil)
		wantSet(t, retrieveAccount(t, account.ID).Relationships["$opportunity"].Values, opportunity.ID)
	})

	t.Run("lists by name amount stage and account", func(t *testing.T) {
		account := newAccount(t, nil).ID
		small := newOpportunity(t, account, newOpportunityFields{
			"$amount": {OfFloat: lightfield.Float(100)}, "$stage": {OfString: lightfield.String("Lead")},
		})
		large := newOpportunity(t, account, newOpportunityFields{
			"$amount": {OfFloat: lightfield.Float(900)}, "$stage": {OfString: lightfield.String("Won")},
		})
		const in = "$opportunity-account[contains]"
		wantOpportunities(t, query{"$name[equal]": small.Fields["$name"].Value.AsString()}, small.ID)
		wantOpportunities(t, query{in: account}, large.ID, small.ID)
		wantOpportunities(t, query{in: account, "$amount[greaterThan]": "100", "$amount[lessThanOrEqual]": "900"}, large.ID)
		wantOpportunities(t, query{in: account, "$stage[equal]": "won"}, large.ID)
		wantOpportunities(t, query{in: account, "$stage[-equal]": large.Fields["$stage"].Value.AsString()}, small.ID)
		wantOpportunities(t, query{in: account, "$amount[greaterThan]": "900"})
	})

	t.Run("pages through a list by offset newest first", func(t *testing.T) {
		account := newAccount(t, nil).ID
		var created, seen, times []string
		for range 5 {
			created = append(created, newOpportunity(t, account, nil).ID)
		}
		for offset := int64(0); offset < 5; offset += 2 {
			page, err := client.Opportunity.List(ctx, lightfield.OpportunityListParams{
				Limit: lightfield.Int(2), Offset: lightfield.Int(offset),
			}, filters(query{"$opportunity-account[contains]": account})...)
			if err != nil {
				t.Fatal(err)
			}
			wantEqual(t, page.Object, "list")
			wantEqual(t, page.TotalCount, 5)
			wantEqual(t, int64(len(page.Data)), min(2, 5-offset))
			for _, record := range page.Data {
				seen, times = append(seen, record.ID), append(times, record.CreatedAt)
			}
		}
		wantSet(t, seen, created...)
		slices.Reverse(times)
		wantEqual(t, slices.IsSorted(times), true)
	})

	t.Run("describes fields stages and relationships", func(t *testing.T) {
		definitions, err := client.Opportunity.Definitions(ctx)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, definitions.ObjectType, "opportunity")
		valueTypes := query{
			"$name": "TEXT", "$stage": "SINGLE_SELECT", "$amount": "CURRENCY", "$opportunityStatus": "MARKDOWN",
		}
		for slug, valueType := range valueTypes {
			wantEqual(t, definitions.FieldDefinitions[slug].ValueType, valueType)
		}
		wantEqual(t, definitions.FieldDefinitions["$opportunityStatus"].ReadOnly, true)
		wantEqual(t, definitions.FieldDefinitions["$amount"].TypeConfiguration.Currency, "USD")
		wantEqual(t, strings.HasPrefix(opportunityOption(t, "$stage", "Won"), "opt_"), true)
		wantEqual(t, definitions.RelationshipDefinitions["$account"].Cardinality, "HAS_ONE")
		wantEqual(t, definitions.RelationshipDefinitions["$account"].ObjectType, "account")
		wantEqual(t, definitions.RelationshipDefinitions["$task"].Cardinality, "HAS_MANY")
	})

	t.Run("is summarised in the background", func(t *testing.T) {
		created := newOpportunity(t, newAccount(t, nil).ID, nil)
		deadline := time.Now().Add(30 * time.Second)
		opportunity := retrieveOpportunity(t, created.ID)
		for opportunity.Fields["$opportunityStatus"].Value.AsString() == "" && time.Now().Before(deadline) {
			time.Sleep(100 * time.Millisecond)
			opportunity = retrieveOpportunity(t, created.ID)
		}
		summary := opportunity.Fields["$opportunityStatus"]
		wantEqual(t, summary.ValueType, "MARKDOWN")
		wantEqual(t, strings.Contains(summary.Value.AsString(), "Proposal"), true)
		wantEqual(t, opportunity.UpdatedAt, created.UpdatedAt)
	})
}

// opportunityOption returns the id of the select option with this label.
func opportunityOption(t *testing.T, field, label string) string {
	t.Helper()
	definitions, err := client.Opportunity.Definitions(ctx)
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

func wantOpportunities(t *testing.T, by query, ids ...string) {
	t.Helper()
	page, err := client.Opportunity.List(ctx, lightfield.OpportunityListParams{}, filters(by)...)
	if err != nil {
		t.Fatal(by, err)
	}
	var got []string
	for _, record := range page.Data {
		got = append(got, record.ID)
	}
	wantSet(t, got, ids...)
	wantEqual(t, page.TotalCount, int64(len(ids)))
}
