package clients

import (
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
)

func customFields(t *testing.T) {
	t.Run("are written and read by their bare slug", func(t *testing.T) {
		score, strategic := newField(t, "NUMBER", nil), newField(t, "CHECKBOX", nil)
		renewal, site := newField(t, "DATETIME", nil), newField(t, "ADDRESS", nil)
		opportunity := newOpportunity(t, newAccount(t, nil).ID, newOpportunityFields{
			score:     {OfFloat: lightfield.Float(4.25)},
			strategic: {OfBool: lightfield.Bool(false)},
			renewal:   {OfString: lightfield.String("2027-01-01T00:00:00Z")},
			site:      {OfAddress: &lightfield.OpportunityNewParamsFieldAddress{City: lightfield.String("Cork")}},
		})
		fields := retrieveOpportunity(t, opportunity.ID).Fields
		wantEqual(t, fields[score].ValueType, "NUMBER")
		wantEqual(t, fields[score].Value.AsFloat(), 4.25)
		wantEqual(t, fields[strategic].ValueType, "CHECKBOX")
		wantEqual(t, fields[strategic].JSON.Value.Raw(), "false")
		wantEqual(t, fields[renewal].Value.AsString(), "2027-01-01T00:00:00.000Z")
		wantEqual(t, fields[site].Value.AsAddress().City, "Cork")
	})

	t.Run("take select options by label or id", func(t *testing.T) {
		options := map[string]any{"options": []map[string]string{{"label": "Low"}, {"label": "High"}}}
		tier, regions := newField(t, "SINGLE_SELECT", options), newField(t, "MULTI_SELECT", options)
		low, high := opportunityOption(t, regions, "Low"), opportunityOption(t, regions, "High")
		opportunity := newOpportunity(t, newAccount(t, nil).ID, newOpportunityFields{
			tier:    {OfString: lightfield.String("High")},
			regions: {OfStringArray: []string{"Low", high}},
		})
		wantEqual(t, opportunity.Fields[tier].Value.AsString(), opportunityOption(t, tier, "High"))
		wantSet(t, opportunity.Fields[regions].Value.AsStringArray(), low, high)
	})

	t.Run("filter a list", func(t *testing.T) {
		score, account := newField(t, "NUMBER", nil), newAccount(t, nil).ID
		newOpportunity(t, account, newOpportunityFields{score: {OfFloat: lightfield.Float(1)}})
		high := newOpportunity(t, account, newOpportunityFields{score: {OfFloat: lightfield.Float(5)}})
		wantOpportunities(t, query{score + "[greaterThan]": "4"}, high.ID)
	})

	t.Run("are described and unset on other records", func(t *testing.T) {
		budget := newField(t, "CURRENCY", map[string]any{"currency": "EUR"})
		definitions, err := client.Opportunity.Definitions(ctx)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, definitions.FieldDefinitions[budget].ValueType, "CURRENCY")
		wantEqual(t, definitions.FieldDefinitions[budget].TypeConfiguration.Currency, "EUR")
		opportunity := newOpportunity(t, newAccount(t, nil).ID, nil)
		wantEqual(t, opportunity.Fields[budget].JSON.Value.Raw(), "null")
	})
}
