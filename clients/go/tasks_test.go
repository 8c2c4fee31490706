package clients

import (
	"strings"
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
	"github.com/Lightfld/lightfield-go/packages/param"
)

func tasks(t *testing.T) {
	t.Run("creates with an assignee and answers the due date in utc", func(t *testing.T) {
		account := newAccount(t, nil)
		task := newTask(t, account.ID)
		wantEqual(t, strings.HasPrefix(task.ID, "task_"), true)
		wantEqual(t, task.Fields["$status"].ValueType, "SINGLE_SELECT")
		wantValue(t, task.Fields["$status"], "TODO")
		wantValue(t, task.Fields["$dueAt"], "2026-07-01T08:00:00.000Z")
		wantEqual(t, task.Relationships["$assignedTo"].ObjectType, "member")
		wantSet(t, task.Relationships["$createdBy"].Values, firstMember(t).ID)
		wantSet(t, retrieveAccount(t, account.ID).Relationships["$task"].Values, task.ID)
	})

	t.Run("retrieves what create answered", func(t *testing.T) {
		created := newTask(t, newAccount(t, nil).ID)
		retrieved := of(client.Task.Get(ctx, created.ID)).must(t)
		wantMap(t, values(retrieved.Fields, nil), values(created.Fields, nil))
		wantEqual(t, retrieved.HTTPLink, created.HTTPLink)
	})

	t.Run("updates and clears values", func(t *testing.T) {
		created := newTask(t, newAccount(t, nil).ID)
		updated := updateTask(t, created.ID, body{
			"fields": body{"$status": "COMPLETE", "$description": "**Done**", "$dueAt": nil},
		})
		wantMap(t, values(updated.Fields, nil), values(created.Fields, query{
			"$status":      `{"value":"COMPLETE","valueType":"SINGLE_SELECT"}`,
			"$description": `{"value":"**Done**","valueType":"MARKDOWN"}`,
			"$dueAt":       `{"value":null,"valueType":"DATETIME"}`,
		}))
	})

	t.Run("adds replaces and clears relationships", func(t *testing.T) {
		first, second := newAccount(t, nil).ID, newAccount(t, nil).ID
		task, opportunity := newTask(t, first).ID, newOpportunity(t, second, nil).ID
		moved := updateTask(t, task, body{"relationships": body{
			"$account": body{"replace": second}, "$opportunity": body{"add": opportunity},
		}})
		wantSet(t, moved.Relationships["$account"].Values, second)
		wantSet(t, moved.Relationships["$opportunity"].Values, opportunity)
		cleared := updateTask(t, task, body{"relationships": body{"$account": body{"replace": nil}}})
		wantSet(t, cleared.Relationships["$account"].Values)
		wantSet(t, cleared.Relationships["$opportunity"].Values, opportunity)
	})

	t.Run("lists by status and account", func(t *testing.T) {
		account := newAccount(t, nil).ID
		todo, done := newTask(t, account).ID, newTask(t, account).ID
		updateTask(t, done, body{"fields": body{"$status": "COMPLETE"}})
		const in = "$task-account[contains]"
		wantTasks(t, query{in: account}, done, todo)
		wantTasks(t, query{in: account, "$status[equal]": "TODO"}, todo)
	})

	t.Run("describes fields and relationships", func(t *testing.T) {
		definitions := of(client.Task.Definitions(ctx)).must(t)
		wantEqual(t, definitions.ObjectType, "task")
		var options []string
		for _, option := range definitions.FieldDefinitions["$status"].TypeConfiguration.Options {
			options = append(options, option.ID)
		}
		wantOrder(t, options, "TODO", "IN_PROGRESS", "COMPLETE", "CANCELLED")
		wantEqual(t, definitions.RelationshipDefinitions["$assignedTo"].Cardinality, "HAS_ONE")
	})

	t.Run("422 without an assignee", func(t *testing.T) {
		_, err := client.Task.New(ctx, param.Override[lightfield.TaskNewParams](body{
			"fields": body{"$title": unique("Call"), "$status": "TODO"}, "relationships": body{},
		}))
		wantError(t, err, 422, "unprocessable_content", "", "relationships.$assignedTo")
	})

	t.Run("400 for a field of ones own", func(t *testing.T) {
		task := newTask(t, newAccount(t, nil).ID).ID
		_, err := client.Task.Update(ctx, task, param.Override[lightfield.TaskUpdateParams](body{
			"fields": body{"priority": 1},
		}))
		wantError(t, err, 400, "bad_request", "unknown_field", "fields.priority")
	})
}

func updateTask(t *testing.T, id string, changes body) *lightfield.TaskUpdateResponse {
	t.Helper()
	return of(client.Task.Update(ctx, id, param.Override[lightfield.TaskUpdateParams](changes))).must(t)
}

func wantTasks(t *testing.T, by query, ids ...string) {
	t.Helper()
	page := of(client.Task.List(ctx, lightfield.TaskListParams{Limit: lightfield.Int(5)}, filters(by)...)).must(t)
	var got []string
	for _, task := range page.Data {
		got = append(got, task.ID)
	}
	wantOrder(t, got, ids...)
	wantEqual(t, page.TotalCount, int64(len(ids)))
}
