package clients

import (
	"testing"

	"github.com/Lightfld/lightfield-go/option"
)

func auth(t *testing.T) {
	t.Run("validates a key with full access", func(t *testing.T) {
		answer, err := client.Auth.Validate(ctx)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, answer.Active, true)
		wantEqual(t, answer.TokenType, "api_key")
		wantEqual(t, answer.JSON.Scopes.Raw(), "[]")
		wantEqual(t, answer.SubjectType == "user" || answer.SubjectType == "workspace", true)
	})

	t.Run("validates a key with scopes", func(t *testing.T) {
		scoped := newKey(t, "accounts:read", "contacts:create")
		answer, err := client.Auth.Validate(ctx, option.WithAPIKey(scoped))
		if err != nil {
			t.Fatal(err)
		}
		wantSet(t, answer.Scopes, "accounts:read", "contacts:create")
	})
}
