package s3store_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/s3store"
	"github.com/glimpse-go/glimpse/transport/s3store/s3test"
	"github.com/glimpse-go/glimpse/transport/storecopy"
)

// TestCopy copies more blobs than one request lists into a bucket whose server is busy at
// every tenth request.
func TestCopy(t *testing.T) {
	server := s3test.Start(t)
	faults := s3test.NewFaults(t, server.URL)
	s := open(t, faults.URL, s3store.Config{Bucket: server.Bucket(t)})
	from, to := new(memstore.Store), joined{s, new(memstore.Store)}
	for i := range 1100 {
		w, err := from.Create(t.Context(), fmt.Sprint("b/", i))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Fprint(w, i)
		if err := w.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var requests atomic.Int64
	faults.Set(func(*http.Request) s3test.Fault {
		if requests.Add(1)%10 == 0 {
			return s3test.Busy
		}
		return s3test.None
	})
	for _, copied := range []int{1100, 0} {
		report, err := storecopy.Copy(t.Context(), to, from, storecopy.Options{})
		if err != nil || report.Blobs.Copied != copied {
			t.Errorf("%+v, %v", report, err)
		}
	}
	found, err := storecopy.Check(t.Context(), from, to, storecopy.Options{})
	if err != nil || len(found) > 0 {
		t.Error(found, err)
	}
}
