package clients

import (
	"os/exec"
	"strings"
	"testing"
)

func example(t *testing.T) {
	t.Run("the documented program creates an opportunity", func(t *testing.T) {
		account := newAccount(t, nil)
		program := exec.Command("go", "run", "./create_opportunity", account.ID)
		var stderr strings.Builder
		program.Stderr = &stderr
		output, err := program.Output()
		if err != nil {
			t.Fatal(err, stderr.String())
		}
		opportunity := retrieveOpportunity(t, strings.TrimSpace(string(output)))
		wantEqual(t, strings.HasPrefix(opportunity.ID, "opp_"), true)
		wantEqual(t, opportunity.Fields["$name"].Value.AsString(), "Northwind renewal")
		wantEqual(t, opportunity.Fields["$amount"].Value.AsFloat(), 48000)
		wantSet(t, opportunity.Relationships["$account"].Values, account.ID)
	})
}
