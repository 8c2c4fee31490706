package clients

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
	"github.com/Lightfld/lightfield-go/option"
)

var (
	baseURL  = os.Getenv("OPENFIELD_URL")
	key      = os.Getenv("OPENFIELD_KEY")
	adminKey = or(os.Getenv("OPENFIELD_ADMIN"), key)
	ctx      = context.Background()
	client   = connect()
)

type (
	newAccountFields     = map[string]lightfield.AccountNewParamsFieldUnion
	newContactFields     = map[string]lightfield.ContactNewParamsFieldUnion
	newOpportunityFields = map[string]lightfield.OpportunityNewParamsFieldUnion
	opportunityFields    = map[string]lightfield.OpportunityUpdateParamsFieldUnion
	query                = map[string]string
)

func or(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

// connect returns a client like any user's; later options win.
func connect(options ...option.RequestOption) lightfield.Client {
	defaults := []option.RequestOption{option.WithBaseURL(baseURL), option.WithAPIKey(key)}
	return lightfield.NewClient(append(defaults, options...)...)
}

// admin calls the admin API, which the official client does not know, and returns the decoded answer.
func admin(t *testing.T, method, path string, body any) map[string]any {
	t.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(method, baseURL+"/admin/v1"+path, bytes.NewReader(encoded))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+adminKey)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, path, response.StatusCode, text)
	}
	var answer map[string]any
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// newKey makes a key with these scopes only; it is revoked when the check is over.
func newKey(t *testing.T, scopes ...string) string {
	t.Helper()
	made := admin(t, "POST", "/api-keys", map[string]any{"name": unique("clients"), "scopes": scopes})
	t.Cleanup(func() { admin(t, "DELETE", fmt.Sprint("/api-keys/", made["id"]), map[string]any{}) })
	return made["key"].(string)
}

// token returns text that no other record has, so that checks can run again on the same server.
func token() string {
	random := make([]byte, 8)
	_, _ = rand.Read(random)
	return fmt.Sprintf("%x", random)
}

func unique(text string) string { return text + " " + token() }

func newAccount(t *testing.T, fields newAccountFields) *lightfield.AccountCreateResponse {
	t.Helper()
	all := newAccountFields{"$name": {OfString: lightfield.String(unique("Northwind"))}}
	for slug, value := range fields {
		all[slug] = value
	}
	account, err := client.Account.New(ctx, lightfield.AccountNewParams{Fields: all})
	if err != nil {
		t.Fatal(err)
	}
	return account
}

func newContact(t *testing.T, fields newContactFields) *lightfield.ContactCreateResponse {
	t.Helper()
	all := newContactFields{"$name": {OfFullName: &lightfield.ContactNewParamsFieldFullName{
		FirstName: lightfield.String("Ada"), LastName: lightfield.String("Byron"),
	}}}
	for slug, value := range fields {
		all[slug] = value
	}
	contact, err := client.Contact.New(ctx, lightfield.ContactNewParams{Fields: all})
	if err != nil {
		t.Fatal(err)
	}
	return contact
}

func newOpportunity(t *testing.T, accountID string, fields newOpportunityFields) *lightfield.OpportunityCreateResponse {
	t.Helper()
	opportunity, err := client.Opportunity.New(ctx, opportunityIn(accountID, fields))
	if err != nil {
		t.Fatal(err)
	}
	return opportunity
}

// opportunityIn is what newOpportunity sends.
func opportunityIn(accountID string, fields newOpportunityFields) lightfield.OpportunityNewParams {
	all := newOpportunityFields{
		"$name":  {OfString: lightfield.String(unique("Renewal"))},
		"$stage": {OfString: lightfield.String("Proposal")},
	}
	for slug, value := range fields {
		all[slug] = value
	}
	return lightfield.OpportunityNewParams{
		Fields: all,
		Relationships: map[string]lightfield.OpportunityNewParamsRelationshipUnion{
			"$account": {OfString: lightfield.String(accountID)},
		},
	}
}

func retrieveAccount(t *testing.T, id string) *lightfield.AccountRetrieveResponse {
	t.Helper()
	account, err := client.Account.Get(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return account
}

func retrieveOpportunity(t *testing.T, id string) *lightfield.OpportunityRetrieveResponse {
	t.Helper()
	opportunity, err := client.Opportunity.Get(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return opportunity
}

func updateOpportunity(
	t *testing.T, id string, params lightfield.OpportunityUpdateParams,
) *lightfield.OpportunityUpdateResponse {
	t.Helper()
	opportunity, err := client.Opportunity.Update(ctx, id, params)
	if err != nil {
		t.Fatal(err)
	}
	return opportunity
}

// filters turns a query into the options that send it.
func filters(by query) []option.RequestOption {
	var options []option.RequestOption
	for name, value := range by {
		options = append(options, option.WithQuery(name, value))
	}
	return options
}

// values returns fields in one spelling of their JSON, without the summary, which arrives whenever its job has run, and
// with others in place of some.
func values[Field interface{ RawJSON() string }](fields map[string]Field, others query) map[string]string {
	all := map[string]string{}
	for slug, field := range fields {
		if slug != "$opportunityStatus" {
			all[slug] = canonical(field.RawJSON())
		}
	}
	for slug, field := range others {
		all[slug] = canonical(field)
	}
	return all
}

func canonical(raw string) string {
	var value any
	if err := json.Unmarshal([]byte(raw), &value); err != nil {
		return raw
	}
	encoded, _ := json.Marshal(value)
	return string(encoded)
}

// wantError compares a refusal, as the client hands it to its users; an empty code or param has to be absent.
func wantError(t *testing.T, err error, status int, kind, code, param string) {
	t.Helper()
	var apierr *lightfield.Error
	if !errors.As(err, &apierr) {
		t.Fatalf("got %v, want an API error", err)
	}
	var body struct {
		Error struct{ Type, Message, Code, Param string }
	}
	if err := json.Unmarshal([]byte(apierr.RawJSON()), &body); err != nil {
		t.Fatal(err)
	}
	got := body.Error
	if apierr.StatusCode != status || got.Type != kind || got.Code != code || got.Param != param || got.Message == "" {
		t.Errorf("got %d %s, want %d %s %q %q", apierr.StatusCode, apierr.RawJSON(), status, kind, code, param)
	}
}

func wantEqual[T comparable](t *testing.T, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func wantMap(t *testing.T, got, want map[string]string) {
	t.Helper()
	wantEqual(t, len(got), len(want))
	for slug := range want {
		wantEqual(t, slug+" "+got[slug], slug+" "+want[slug])
	}
}

// wantSet compares ids whatever their order.
func wantSet(t *testing.T, got []string, want ...string) {
	t.Helper()
	got, want = slices.Clone(got), slices.Clone(want)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
