package clients

import (
	"strings"
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
)

func members(t *testing.T) {
	t.Run("lists members", func(t *testing.T) {
		page, err := client.Member.List(ctx, lightfield.MemberListParams{Limit: lightfield.Int(25)})
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, page.Object, "list")
		wantEqual(t, page.TotalCount >= 1, true)
		wantEqual(t, len(page.Data) >= 1, true)
		for _, member := range page.Data {
			wantEqual(t, strings.HasPrefix(member.ID, "mem_"), true)
			wantEqual(t, strings.Contains(member.Fields.Email.Value, "@"), true)
			role := member.Fields.Role.Value
			wantEqual(t, role == "admin" || role == "member", true)
		}
	})

	t.Run("retrieves a member", func(t *testing.T) {
		listed := firstMember(t)
		member, err := client.Member.Get(ctx, listed.ID)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, member.ID, listed.ID)
		wantEqual(t, member.CreatedAt, listed.CreatedAt)
		wantEqual(t, member.Fields.Email.Value, listed.Fields.Email.Value)
		wantEqual(t, member.Fields.Email.ValueType, "EMAIL")
		wantEqual(t, member.Fields.Name.ValueType, "FULL_NAME")
	})

	t.Run("owns an account", func(t *testing.T) {
		member := firstMember(t)
		account, err := client.Account.New(ctx, lightfield.AccountNewParams{
			Fields: newAccountFields{"$name": {OfString: lightfield.String("Northwind")}},
			Relationships: map[string]lightfield.AccountNewParamsRelationshipUnion{
				"$owner": {OfString: lightfield.String(member.ID)},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		wantSet(t, account.Relationships["$owner"].Values, member.ID)
		wantEqual(t, account.Relationships["$owner"].Cardinality, "HAS_ONE")
		wantEqual(t, account.Relationships["$owner"].ObjectType, "member")
	})
}

func firstMember(t *testing.T) lightfield.MemberListResponseData {
	t.Helper()
	page, err := client.Member.List(ctx, lightfield.MemberListParams{Limit: lightfield.Int(1)})
	if err != nil {
		t.Fatal(err)
	}
	return page.Data[0]
}
