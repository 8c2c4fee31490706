// Package clients holds what a user of the official Go client may rely on. `go test ./...` runs all of it against
// OPENFIELD_URL. The checks and their order are those of ../python/checks.
package clients

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	if baseURL == "" || key == "" {
		fmt.Fprintln(os.Stderr, "set OPENFIELD_URL and OPENFIELD_KEY")
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func TestOpenfield(t *testing.T) {
	t.Run("Example", example)
	t.Run("Opportunities", opportunities)
	t.Run("Accounts", accounts)
	t.Run("Contacts", contacts)
	t.Run("Tasks", tasks)
	t.Run("Notes", notes)
	t.Run("Meetings", meetings)
	t.Run("Lists", lists)
	t.Run("Members", members)
	t.Run("Messages", messages)
	t.Run("Emails", emails)
	t.Run("Files", files)
	t.Run("Enrichment", enrichment)
	t.Run("Workflows", workflows)
	t.Run("Auth", auth)
	t.Run("Errors", apiErrors)
	t.Run("Idempotency", idempotency)
	t.Run("CustomFields", customFields)
	t.Run("CustomObjects", customObjects)
	t.Run("Trash", trash)
	t.Run("FieldHistory", fieldHistory)
	t.Run("Merges", merges)
	t.Run("RateLimits", rateLimits)
}
