package clients

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
	"github.com/Lightfld/lightfield-go/option"
	"github.com/Lightfld/lightfield-go/packages/param"
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

	// body is JSON as it is sent, for parameters whose types would only spell it out.
	body = map[string]any

	// raw is whatever the client keeps the JSON of.
	raw interface{ RawJSON() string }
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

// answer is what a call of the client came to.
type answer[T any] struct {
	value T
	err   error
}

func of[T any](value T, err error) answer[T] { return answer[T]{value, err} }

// must returns the value, and ends the check when there is none.
func (a answer[T]) must(t *testing.T) T {
	t.Helper()
	if a.err != nil {
		t.Fatal(a.err)
	}
	return a.value
}

// admin calls the admin API, which the official client does not know, and returns the decoded answer.
func admin(t *testing.T, method, path string, body any) map[string]any {
	t.Helper()
	status, text := callAdmin(t, method, path, body)
	if status != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, path, status, text)
	}
	var answer map[string]any
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func callAdmin(t *testing.T, method, path string, body any) (int, []byte) {
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
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, text
}

// defineObjectType defines a custom object type, unless an earlier run has: there is no way to remove one. Returns its
// slug.
func defineObjectType(t *testing.T, slug string) string {
	t.Helper()
	label := strings.ToUpper(slug[:1]) + slug[1:]
	status, text := callAdmin(t, "POST", "/objects", body{"slug": slug, "label": label})
	if status != http.StatusOK && status != http.StatusConflict {
		t.Fatalf("%d %s", status, text)
	}
	return slug
}

// put sends bytes where a new file wants them, with its headers and no key, and returns the status.
func put(t *testing.T, url string, headers map[string]string, content []byte) int {
	t.Helper()
	request := of(http.NewRequest("PUT", url, bytes.NewReader(content))).must(t)
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response := of(http.DefaultClient.Do(request)).must(t)
	defer response.Body.Close()
	return response.StatusCode
}

// download returns what is at an address, to which no key is sent.
func download(t *testing.T, url string) string {
	t.Helper()
	response := of(http.Get(url)).must(t)
	defer response.Body.Close()
	wantEqual(t, response.StatusCode, http.StatusOK)
	return string(of(io.ReadAll(response.Body)).must(t))
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

func newTask(t *testing.T, accountID string) *lightfield.TaskCreateResponse {
	t.Helper()
	return of(client.Task.New(ctx, param.Override[lightfield.TaskNewParams](body{
		"fields":        body{"$title": unique("Call"), "$status": "TODO", "$dueAt": "2026-07-01T10:00:00+02:00"},
		"relationships": body{"$assignedTo": firstMember(t).ID, "$account": accountID},
	}))).must(t)
}

// newUpload opens an upload session; an empty purpose is none.
func newUpload(t *testing.T, content, purpose string) *lightfield.FileCreateResponse {
	t.Helper()
	params := body{"filename": "notes.txt", "mimeType": "text/plain", "sizeBytes": len(content)}
	if purpose != "" {
		params["purpose"] = purpose
	}
	return of(client.File.New(ctx, param.Override[lightfield.FileNewParams](params))).must(t)
}

// upload sends the bytes of an upload session and returns the status.
func upload(t *testing.T, file *lightfield.FileCreateResponse, content string) int {
	t.Helper()
	return put(t, file.UploadURL, file.UploadHeaders, []byte(content))
}

// newFile returns a completed file.
func newFile(t *testing.T, content, purpose string) *lightfield.FileCompleteResponse {
	t.Helper()
	file := newUpload(t, content, purpose)
	wantEqual(t, upload(t, file, content), http.StatusOK)
	return of(client.File.Complete(ctx, file.ID, lightfield.FileCompleteParams{
		Md5: lightfield.String(md5Of(content)),
	})).must(t)
}

func md5Of(content string) string {
	sum := md5.Sum([]byte(content))
	return hex.EncodeToString(sum[:])
}

// newField defines a field of opportunities and returns its slug; the field is removed when the check is over.
func newField(t *testing.T, valueType string, typeConfiguration map[string]any) string {
	t.Helper()
	return newFieldOf(t, "opportunity", valueType, typeConfiguration)
}

func newFieldOf(t *testing.T, objectType, valueType string, typeConfiguration map[string]any) string {
	t.Helper()
	slug := "clients-" + token()
	field := body{"slug": slug, "label": slug, "valueType": valueType}
	if typeConfiguration != nil {
		field["typeConfiguration"] = typeConfiguration
	}
	admin(t, "POST", "/objects/"+objectType+"/fields", field)
	t.Cleanup(func() { admin(t, "DELETE", "/objects/"+objectType+"/fields/"+slug, body{}) })
	return slug
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

// values returns fields in one spelling of their JSON, without those that arrive whenever their job has run, and with
// others in place of some.
func values[Field interface{ RawJSON() string }](fields map[string]Field, others query) map[string]string {
	all := map[string]string{}
	for slug, field := range fields {
		if !slices.Contains(writtenInTheBackground, slug) {
			all[slug] = canonical(field.RawJSON())
		}
	}
	for slug, field := range others {
		all[slug] = canonical(field)
	}
	return all
}

var writtenInTheBackground = []string{
	"$opportunityStatus", "$accountStatus", "$howTheyMakeMoney", "$lastInteractionAt",
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

// wantValue compares the value of a field.
func wantValue(t *testing.T, field raw, want any) {
	t.Helper()
	encoded := of(json.Marshal(want)).must(t)
	wantEqual(t, canonical(string(valueOf(t, field))), canonical(string(encoded)))
}

// valueOf returns the JSON of a field's value.
func valueOf(t *testing.T, field raw) json.RawMessage {
	t.Helper()
	var got struct{ Value json.RawMessage }
	if err := json.Unmarshal([]byte(field.RawJSON()), &got); err != nil {
		t.Fatal(err)
	}
	return got.Value
}

// wantOrder compares ids in their order.
func wantOrder(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
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
