package s3store_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/glimpse-go/glimpse/transport/s3store"
	"github.com/glimpse-go/glimpse/transport/s3store/s3test"
)

// TestRequests counts what the README says of the steps in faults_test.go.
func TestRequests(t *testing.T) {
	server := s3test.Start(t)
	faults := s3test.NewFaults(t, server.URL)
	s := open(t, faults.URL, s3store.Config{Bucket: server.Bucket(t)})
	var requests atomic.Int64
	faults.Set(func(*http.Request) s3test.Fault { requests.Add(1); return s3test.None })
	for i, want := range []int64{
		2,                    // a GET that finds no part, a PUT
		1 + 5,                // the same GET, a beginning, three parts, an end
		2,                    // as any small blob
		1, 1 + 1 + 1 + 19, 1, // 256 KiB, 512 KiB, and then 1 MiB each
		6,                     // as a large blob
		1,                     //
		21 + 5 + 1 + 22, 1, 1, // the part is read, and removed afterwards
	} {
		requests.Store(0)
		if err := steps[i].do(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if got := requests.Load(); got != want {
			t.Errorf("%s: %d requests, want %d", steps[i].what, got, want)
		}
	}
}
