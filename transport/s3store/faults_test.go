package s3store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/s3store"
	"github.com/glimpse-go/glimpse/transport/s3store/s3test"
)

const (
	small = 4 << 10
	large = 20<<20 + 5 // three parts
)

// content returns n bytes in which no two places of a blob look alike.
func content(n int) []byte {
	data := make([]byte, n)
	for i := 0; i+4 <= n; i += 4 {
		data[i], data[i+1], data[i+2], data[i+3] = byte(i>>2), byte(i>>10), byte(i>>18), byte(i>>26)
	}
	return data
}

// steps are all that a store is asked for; they are done in this order.
var steps = []struct {
	what string
	do   func(ctx context.Context, s *s3store.Store) error
}{
	{"commit of a small blob", func(ctx context.Context, s *s3store.Store) error { return write(ctx, s, "small", content(small)) }},
	{"commit of a large blob", func(ctx context.Context, s *s3store.Store) error { return write(ctx, s, "large", content(large)) }},
	{"commit of an empty blob", func(ctx context.Context, s *s3store.Store) error { return write(ctx, s, "empty", nil) }},
	{"read of a small blob", func(ctx context.Context, s *s3store.Store) error { return read(ctx, s, "small", small) }},
	{"read of a large blob", func(ctx context.Context, s *s3store.Store) error { return read(ctx, s, "large", large) }},
	{"read of an empty blob", func(ctx context.Context, s *s3store.Store) error { return read(ctx, s, "empty", 0) }},
	{"close of an upload", keep},
	{"size of a part", part},
	{"commit of what was kept", resume},
	{"list", list},
	{"delete", func(ctx context.Context, s *s3store.Store) error { return s.Delete(ctx, "small") }},
}

func write(ctx context.Context, s *s3store.Store, key string, data []byte) error {
	w, err := s.Create(ctx, key)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return err
	}
	if err := w.Commit(ctx); err != nil {
		return errors.Join(err, w.Discard())
	}
	return nil
}

func read(ctx context.Context, s *s3store.Store, key string, size int) error {
	b, err := s.Open(ctx, key)
	if err != nil {
		return err
	}
	defer b.Close()
	data, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
	if err == nil && !bytes.Equal(data, content(size)) {
		err = errors.New("read other bytes than those written")
	}
	return err
}

func keep(ctx context.Context, s *s3store.Store) error {
	w, err := s.Create(ctx, "kept")
	if err != nil {
		return err
	}
	_, err = w.Write(content(large)[:large-5])
	return errors.Join(err, w.Close())
}

func part(ctx context.Context, s *s3store.Store) error {
	size, err := s.Part(ctx, "kept")
	if err == nil && size != large-5 {
		err = fmt.Errorf("the part has %d bytes", size)
	}
	return err
}

func resume(ctx context.Context, s *s3store.Store) error {
	w, err := s.Create(ctx, "kept")
	if err != nil {
		return err
	}
	if _, err := w.Write(content(large)[w.Size():]); err != nil {
		return err
	}
	if err := w.Commit(ctx); err != nil {
		return errors.Join(err, w.Close())
	}
	return read(ctx, s, "kept", large)
}

func list(ctx context.Context, s *s3store.Store) error {
	n := 0
	for _, err := range s.List(ctx, "", "", 0) {
		if err != nil {
			return err
		}
		n++
	}
	if n != 4 {
		return fmt.Errorf("%d blobs", n)
	}
	return nil
}

// firstOf spoils the first two tries of each request. No answer takes long, so that is only
// the first try of a method and an object.
func firstOf(fault s3test.Fault, spoiled *atomic.Int64) func(*http.Request) s3test.Fault {
	var mu sync.Mutex
	tries := map[string]int{}
	return func(r *http.Request) s3test.Fault {
		mu.Lock()
		defer mu.Unlock()
		what, most := r.Method+r.URL.Path, 1
		if fault != s3test.Hung {
			what, most = what+r.URL.RawQuery+r.Header.Get("Range"), 2
		}
		if tries[what]++; tries[what] > most {
			return s3test.None
		}
		spoiled.Add(1)
		return fault
	}
}

// TestFaultsThatPass: what a server does wrong once or twice is tried again, and nobody hears of it.
func TestFaultsThatPass(t *testing.T) {
	server := s3test.Start(t)
	for name, fault := range map[string]s3test.Fault{
		"busy": s3test.Busy, "lost answer": s3test.Lost, "answer cut": s3test.Cut, "no answer": s3test.Hung,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			faults := s3test.NewFaults(t, server.URL)
			s := open(t, faults.URL, s3store.Config{Bucket: server.Bucket(t), Timeout: 4 * time.Second})
			var spoiled atomic.Int64
			faults.Set(firstOf(fault, &spoiled))
			for _, step := range steps {
				before := spoiled.Load()
				if err := step.do(t.Context(), s); err != nil {
					t.Errorf("%s: %v", step.what, err)
				}
				t.Logf("%s: %d requests spoiled", step.what, spoiled.Load()-before)
			}
		})
	}
}

// TestFaultsThatStay: what a server goes on to do wrong is an error of the contract, after
// a bounded time, and the store is well again afterwards.
func TestFaultsThatStay(t *testing.T) {
	server := s3test.Start(t)
	faults := s3test.NewFaults(t, server.URL)
	for name, fault := range map[string]s3test.Fault{"busy": s3test.Busy, "no answer": s3test.Hung} {
		t.Run(name, func(t *testing.T) {
			faults.Set(nil)
			s := open(t, faults.URL, s3store.Config{Bucket: server.Bucket(t), Timeout: 500 * time.Millisecond})
			faults.Set(func(*http.Request) s3test.Fault { return fault })
			for _, step := range steps {
				err := step.do(t.Context(), s)
				if !errors.Is(err, transport.ErrStorage) || errors.Is(err, transport.ErrNotFound) || errors.Is(err, context.DeadlineExceeded) {
					if step.what != "delete" || err != nil {
						t.Errorf("%s: %v", step.what, err)
					}
				}
			}
		})
	}
}

// TestLostAnswerOfTheLastTry: a put whose answer is lost has been made, also if it is not
// tried again.
func TestLostAnswerOfTheLastTry(t *testing.T) {
	server := s3test.Start(t)
	faults := s3test.NewFaults(t, server.URL)
	once := s3test.Client(faults.URL, func(o *s3.Options) { o.Retryer, o.RetryMaxAttempts = aws.NopRetryer{}, 1 })
	s, err := s3store.Open(t.Context(), once, s3store.Config{Bucket: server.Bucket(t), Spool: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	faults.Set(func(r *http.Request) s3test.Fault {
		complete := r.Method == http.MethodPost && r.URL.Query().Has("uploadId")
		if complete || r.Method == http.MethodPut && !r.URL.Query().Has("uploadId") {
			return s3test.Lost
		}
		return s3test.None
	})
	for _, step := range steps[:6] {
		if err := step.do(t.Context(), s); err != nil {
			t.Errorf("%s: %v", step.what, err)
		}
	}
}

// TestNothingIsLeft: an upload that fails leaves no parts in S3 and no file in the spool.
func TestNothingIsLeft(t *testing.T) {
	server := s3test.Start(t)
	faults := s3test.NewFaults(t, server.URL)
	config := s3store.Config{Bucket: server.Bucket(t), Spool: t.TempDir()}
	s := open(t, faults.URL, config)
	ctx, cancel := context.WithCancel(t.Context())
	faults.Set(func(r *http.Request) s3test.Fault {
		if r.URL.Query().Get("partNumber") == "2" {
			cancel()
		}
		return s3test.None
	})
	if err := write(ctx, s, "large", content(large)); !errors.Is(err, context.Canceled) {
		t.Error("canceled upload:", err)
	}
	if err := read(t.Context(), s, "large", large); !errors.Is(err, transport.ErrNotFound) {
		t.Error("read of a canceled upload:", err)
	}
	left, err := s3test.Client(server.URL).ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &config.Bucket})
	if err != nil || len(left.Uploads) > 0 {
		t.Errorf("%d uploads are left, %v", len(left.Uploads), err)
	}
	files, err := os.ReadDir(config.Spool)
	if err != nil || len(files) > 0 {
		t.Errorf("%v is left, %v", files, err)
	}
}

func TestOpenWithoutVersioning(t *testing.T) {
	server := s3test.Start(t)
	bucket := "plain"
	client := s3test.Client(server.URL)
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket}); err != nil {
		t.Fatal(err)
	}
	for _, bucket := range []string{bucket, "no-such-bucket"} {
		_, err := s3store.Open(t.Context(), client, s3store.Config{Bucket: bucket})
		if !errors.Is(err, transport.ErrStorage) {
			t.Errorf("%s: %v", bucket, err)
		}
	}
}
