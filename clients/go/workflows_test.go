package clients

import (
	"slices"
	"testing"
	"time"
)

func workflows(t *testing.T) {
	t.Run("say how far their runs are", func(t *testing.T) {
		wantEqual(t, settledRun(t, newRun(t, 0)), "completed")
		waiting := newRun(t, 3600)
		wantEqual(t, settledRun(t, waiting), "waiting")
		admin(t, "POST", "/workflow-runs/"+waiting+"/cancel", map[string]any{})
		wantEqual(t, statusOfRun(t, waiting), "cancelled")
	})

	t.Run("know no other runs", func(t *testing.T) {
		_, err := client.WorkflowRun.Status(ctx, "wfr_01h455vb4pex5vsknk084sn02q")
		wantError(t, err, 404, "not_found", "", "")
	})
}

// newRun is the id of a run of a workflow that waits and does nothing else.
func newRun(t *testing.T, seconds int) string {
	t.Helper()
	workflow := admin(t, "POST", "/workflows", map[string]any{
		"name":    unique("Pause"),
		"trigger": map[string]any{"type": "manual"},
		"steps":   []map[string]any{{"key": "pause", "type": "wait", "seconds": seconds}},
	})
	id := workflow["id"].(string)
	t.Cleanup(func() { admin(t, "DELETE", "/workflows/"+id, nil) })
	return admin(t, "POST", "/workflows/"+id+"/run", map[string]any{})["id"].(string)
}

func statusOfRun(t *testing.T, id string) string {
	t.Helper()
	answer, err := client.WorkflowRun.Status(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer.Status)
}

// settledRun is how far a run is once it has begun.
func settledRun(t *testing.T, id string) string {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		status := statusOfRun(t, id)
		if !slices.Contains([]string{"queued", "running"}, status) || time.Now().After(deadline) {
			return status
		}
	}
}
