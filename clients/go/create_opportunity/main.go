// The example of the public documentation with real values: creates an opportunity in an account and prints its id.
//
// Usage: create_opportunity ACCOUNT_ID, with OPENFIELD_URL and OPENFIELD_KEY in the environment.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/Lightfld/lightfield-go"
	"github.com/Lightfld/lightfield-go/option"
)

func main() {
	client := githubcomlightfldlightfieldgo.NewClient(
		option.WithAPIKey(os.Getenv("OPENFIELD_KEY")),
		option.WithBaseURL(os.Getenv("OPENFIELD_URL")),
	)
	opportunityCreateResponse, err := client.Opportunity.New(context.TODO(), githubcomlightfldlightfieldgo.OpportunityNewParams{
		Fields: map[string]githubcomlightfldlightfieldgo.OpportunityNewParamsFieldUnion{
			"$name": {
				OfString: githubcomlightfldlightfieldgo.String("Northwind renewal"),
			},
			"$stage": {
				OfString: githubcomlightfldlightfieldgo.String("Proposal"),
			},
			"$amount": {
				OfFloat: githubcomlightfldlightfieldgo.Float(48000),
			},
		},
		Relationships: map[string]githubcomlightfldlightfieldgo.OpportunityNewParamsRelationshipUnion{
			"$account": {
				OfString: githubcomlightfldlightfieldgo.String(os.Args[1]),
			},
		},
	})
	if err != nil {
		panic(err.Error())
	}
	fmt.Printf("%+v\n", opportunityCreateResponse.ID)
}
