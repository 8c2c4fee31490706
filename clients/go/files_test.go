package clients

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
	"github.com/Lightfld/lightfield-go/packages/param"
)

var content = strings.Repeat("Größe ✓\n", 1000)

func files(t *testing.T) {
	t.Run("opens an upload", func(t *testing.T) {
		file := newUpload(t, content, "")
		wantEqual(t, strings.HasPrefix(file.ID, "fil_"), true)
		wantEqual(t, file.Status, "PENDING")
		wantEqual(t, file.Filename, "notes.txt")
		wantEqual(t, file.MimeType, "text/plain")
		wantEqual(t, file.SizeBytes, int64(len(content)))
		wantEqual(t, file.CompletedAt, "")
		wantEqual(t, file.ExpiresAt != "", true)
		wantEqual(t, file.UploadHeaders["content-type"], "text/plain")
	})

	t.Run("uploads bytes that can be downloaded", func(t *testing.T) {
		file := newUpload(t, content, "")
		wantEqual(t, upload(t, file, content), http.StatusOK)
		completed := of(client.File.Complete(ctx, file.ID, lightfield.FileCompleteParams{
			Md5: lightfield.String(md5Of(content)),
		})).must(t)
		wantEqual(t, completed.ID, file.ID)
		wantEqual(t, completed.Status, "COMPLETED")
		wantEqual(t, completed.ExpiresAt, "")
		wantEqual(t, completed.CompletedAt != "", true)
		address := of(client.File.URL(ctx, file.ID)).must(t)
		wantEqual(t, address.ExpiresAt > completed.CompletedAt, true)
		wantEqual(t, download(t, address.URL), content)
	})

	t.Run("completes without a checksum", func(t *testing.T) {
		file := newUpload(t, content, "")
		upload(t, file, content)
		completed := of(client.File.Complete(ctx, file.ID, lightfield.FileCompleteParams{})).must(t)
		wantEqual(t, completed.Status, "COMPLETED")
	})

	t.Run("retrieves and lists", func(t *testing.T) {
		file := newFile(t, content, "")
		wantEqual(t, canonical(of(client.File.Get(ctx, file.ID)).must(t).RawJSON()), canonical(file.RawJSON()))
		page := of(client.File.List(ctx, lightfield.FileListParams{Limit: lightfield.Int(1)})).must(t)
		wantEqual(t, page.Object, "list")
		wantEqual(t, canonical(page.Data[0].RawJSON()), canonical(file.RawJSON()))
	})

	t.Run("cancels an upload", func(t *testing.T) {
		file := newUpload(t, content, "").ID
		cancelled := of(client.File.Cancel(ctx, file, lightfield.FileCancelParams{})).must(t)
		wantEqual(t, cancelled.Status, "CANCELLED")
		wantEqual(t, of(client.File.Get(ctx, file)).must(t).ExpiresAt, "")
		_, err := client.File.Cancel(ctx, file, lightfield.FileCancelParams{})
		wantError(t, err, 422, "unprocessable_content", "", "")
	})

	t.Run("puts the time in the names of knowledge", func(t *testing.T) {
		file := newUpload(t, content, "knowledge_user")
		wantEqual(t, regexp.MustCompile(`^notes_\d{13}\.txt$`).MatchString(file.Filename), true)
		wantEqual(t, file.UploadHeaders["if-none-match"], "*")
		wantEqual(t, upload(t, file, content), http.StatusOK)
		wantEqual(t, upload(t, file, content), http.StatusPreconditionFailed)
	})

	t.Run("refuses bytes with other headers", func(t *testing.T) {
		file := newUpload(t, content, "")
		html := map[string]string{"content-type": "text/html"}
		wantEqual(t, put(t, file.UploadURL, html, []byte(content)), http.StatusForbidden)
		wantEqual(t, put(t, file.UploadURL+"x", file.UploadHeaders, []byte(content)), http.StatusForbidden)
	})

	t.Run("422 for a checksum of other bytes", func(t *testing.T) {
		file := newUpload(t, content, "")
		upload(t, file, content)
		_, err := client.File.Complete(ctx, file.ID, lightfield.FileCompleteParams{
			Md5: lightfield.String(strings.Repeat("0", 32)),
		})
		wantError(t, err, 422, "unprocessable_content", "", "md5")
	})

	t.Run("422 for the end of an upload without bytes", func(t *testing.T) {
		_, err := client.File.Complete(ctx, newUpload(t, content, "").ID, lightfield.FileCompleteParams{})
		wantError(t, err, 422, "unprocessable_content", "", "")
	})

	t.Run("422 for the address of a file that is not complete", func(t *testing.T) {
		_, err := client.File.URL(ctx, newUpload(t, content, "").ID)
		wantError(t, err, 422, "unprocessable_content", "", "")
	})

	t.Run("422 for a type that the purpose does not take", func(t *testing.T) {
		_, err := client.File.New(ctx, param.Override[lightfield.FileNewParams](body{
			"filename": "call.png", "mimeType": "image/png", "sizeBytes": 1, "purpose": "meeting_transcript",
		}))
		wantError(t, err, 422, "unprocessable_content", "", "mimeType")
	})
}
