package clients

import (
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	lightfield "github.com/Lightfld/lightfield-go"
	"github.com/Lightfld/lightfield-go/option"
)

// atOnce returns the errors of this many simultaneous calls; an answer is a nil.
func atOnce(count int, call func() error) []error {
	var group sync.WaitGroup
	answers := make([]error, count)
	for index := range answers {
		group.Add(1)
		go func() {
			defer group.Done()
			answers[index] = call()
		}()
	}
	group.Wait()
	return answers
}

func rateLimits(t *testing.T) {
	url := os.Getenv("OPENFIELD_LIMITED_URL")
	if url == "" {
		url = "unset"
	}
	limited := connect(
		option.WithBaseURL(url), option.WithAPIKey(os.Getenv("OPENFIELD_LIMITED_KEY")), option.WithMaxRetries(0),
	)
	list := func(options ...option.RequestOption) error {
		_, err := limited.Account.List(ctx, lightfield.AccountListParams{}, options...)
		return err
	}
	run := func(name string, check func(t *testing.T)) {
		t.Run(name, func(t *testing.T) {
			if url == "unset" {
				t.Skip("needs OPENFIELD_LIMITED_URL, a server that allows 5 requests a second")
			}
			check(t)
		})
	}

	run("429 surfaces when retries are off", func(t *testing.T) {
		refused := refusals(atOnce(40, func() error { return list() }))
		if len(refused) == 0 || len(refused) == 40 {
			t.Fatalf("%d of 40 were refused", len(refused))
		}
		wantError(t, refused[0], 429, "too_many_requests", "", "")
		headers := refused[0].(*lightfield.Error).Response.Header
		seconds, err := strconv.Atoi(headers.Get("Retry-After"))
		wantEqual(t, err == nil && seconds >= 1, true)
		wantEqual(t, headers.Get("X-RateLimit-Limit"), "5")
		wantEqual(t, headers.Get("X-RateLimit-Remaining"), "0")
	})

	run("429 is retried until it succeeds", func(t *testing.T) {
		var retried atomic.Int64
		count := option.WithMiddleware(func(request *http.Request, next option.MiddlewareNext) (*http.Response, error) {
			response, err := next(request)
			if err == nil && response.StatusCode == http.StatusTooManyRequests {
				retried.Add(1)
			}
			return response, err
		})
		for _, err := range atOnce(15, func() error { return list(option.WithMaxRetries(20), count) }) {
			wantEqual(t, err, nil)
		}
		wantEqual(t, retried.Load() > 0, true)
	})

	run("searches do not use up reads", func(t *testing.T) {
		wantEqual(t, len(refusals(atOnce(40, func() error { return list() }))) > 0, true)
		key, err := limited.Auth.Validate(ctx)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, key.Active, true)
	})
}

func refusals(answers []error) []error {
	var refused []error
	for _, err := range answers {
		if err != nil {
			refused = append(refused, err)
		}
	}
	return refused
}
