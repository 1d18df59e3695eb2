package webhook_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/notify/webhook"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// receiver is a program that receives events.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	answer []int // statuses of the next answers; then 204
	asked  []*http.Request
	bodies [][]byte
	events []webhook.Event
	paths  []string // of events
}

func receive(t *testing.T) *receiver {
	r := new(receiver)
	r.Server = httptest.NewTLSServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, _ := io.ReadAll(q.Body) // a body that is cut has no signature
	q.Body = io.NopCloser(bytes.NewReader(body))
	r.asked, r.bodies = append(r.asked, q), append(r.bodies, body)
	status := http.StatusNoContent
	if len(r.answer) > 0 {
		status, r.answer = r.answer[0], r.answer[1:]
	}
	if status == http.StatusNoContent {
		e, err := webhook.Receive(q, secret, time.Now())
		if err != nil {
			status = http.StatusBadRequest
		} else {
			r.events, r.paths = append(r.events, e), append(r.paths, q.URL.Path)
		}
	}
	w.Header().Set("Location", "/elsewhere")
	w.WriteHeader(status)
}

func (r *receiver) answers(statuses ...int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer, r.asked, r.bodies = statuses, nil, nil
}

func (r *receiver) channel() *webhook.Channel {
	pool := x509.NewCertPool()
	pool.AddCert(r.Certificate())
	return webhook.New(webhook.Config{
		Source: "https://hub.example.org", Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		TLS: &tls.Config{RootCAs: pool}, Pause: time.Millisecond,
	})
}

func (r *receiver) address(i int) string { return fmt.Sprintf("%s/%d#%s", r.URL, i, secret) }

// letters are the events that have come, as letters.
func (r *receiver) letters(t *testing.T) (all []notify.Letter) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, e := range r.events {
		id, err := hex.DecodeString(e.ID)
		if err != nil {
			t.Fatal(err)
		}
		l := notify.Letter{
			ID: notify.ID(id), Address: r.URL + r.paths[i] + "#" + secret, Title: e.Data.Title, By: e.Data.By, Note: e.Data.Note, Items: e.Data.Items,
			Labelled: e.Data.Labelled, Withdrawn: e.Data.Withdrawn, Cover: e.Data.Cover, Link: e.Data.Link, Unsubscribe: e.Data.Unsubscribe,
			File: e.Data.File, Author: e.Data.Author, Collection: e.Data.Collection,
		}
		if e.Time != nil {
			l.Time = *e.Time
		}
		all = append(all, l)
	}
	return all
}

// TestSuite runs the suite of channels over TLS.
func TestSuite(t *testing.T) {
	transporttest.Channel(t, func(t *testing.T) transporttest.ChannelFixture {
		r := receive(t)
		return transporttest.ChannelFixture{
			Channel: r.channel(), Address: r.address, Arrived: r.letters,
			Break: func(t *testing.T) func() {
				r.answers(500, 500, 500, 500)
				return func() { r.answers() }
			},
		}
	})
}

// TestEvent: an event has what CloudEvents demand, and says what the letter says.
func TestEvent(t *testing.T) {
	r := receive(t)
	l := notify.Letter{
		ID: notify.ID{0xab}, Address: r.address(1), Reason: notify.Available, Title: "Lake", Items: 2, Labelled: 1,
		Item: collection.ItemID{3}, Sources: []string{"https://home.example.org"}, Code: "ABCDEFGH",
		Time: time.Unix(1_800_000_000, 0), Author: collection.UserID{1}, Collection: collection.ID{2},
	}
	if err := r.channel().Deliver(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	const want = `{"specversion":"1.0","id":"ab00000000000000000000000000000000000000000000000000000000000000","source":"https://hub.example.org",` +
		`"type":"org.glimpse-go.collection.available","subject":"01000000000000000000000000000000/02000000000000000000000000000000",` +
		`"time":"2027-01-15T08:00:00Z","datacontenttype":"application/json",` +
		`"data":{"author":"01000000000000000000000000000000","collection":"02000000000000000000000000000000","title":"Lake","items":2,"labelled":1,` +
		`"code":"ABCDEFGH","item":"03000000000000000000000000000000","sources":["https://home.example.org"]}}`
	if got := string(r.bodies[0]); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if h := r.asked[0].Header; h.Get("Content-Type") != "application/cloudevents+json" || strings.Contains(fmt.Sprint(h, r.asked[0].URL), "whsec") {
		t.Errorf("%v %v", r.asked[0].URL, h)
	}
}

// TestRetries: what may pass is tried again at once, a few times, with the same id; what says
// that the address is wrong is not, and no redirection is followed.
func TestRetries(t *testing.T) {
	r := receive(t)
	for _, k := range []struct {
		statuses []int
		asked    int
		ok, gone bool
	}{
		{[]int{503, 429}, 3, true, false},
		{[]int{500, 502, 503}, 3, false, false},
		{[]int{404}, 1, false, false},
		{[]int{410}, 1, false, true},
		{[]int{302}, 1, false, false},
		{[]int{307}, 1, false, false},
	} {
		r.answers(k.statuses...)
		err := r.channel().Deliver(t.Context(), notify.Letter{ID: notify.ID{1}, Address: r.address(1)})
		if (err == nil) != k.ok || errors.Is(err, notify.ErrRefused) != k.gone || len(r.asked) != k.asked {
			t.Errorf("%v: %v after %d tries", k.statuses, err, len(r.asked))
		}
		for _, q := range r.asked {
			if q.URL.Path != "/1" || q.Header.Get("Webhook-Id") != r.asked[0].Header.Get("Webhook-Id") {
				t.Errorf("%v: asked %v %v", k.statuses, q.URL, q.Header)
			}
		}
	}
}

// TestAddresses: what is no https URL with a secret is refused for good, before anything is
// sent; and private networks are not reached, whatever they are called. No error names any.
func TestAddresses(t *testing.T) {
	r := receive(t)
	c := r.channel()
	for _, address := range []string{
		"", "bob@example.org", "http://hook.example.org/#" + secret, "https:///hook#" + secret, "https://bob:word@hook.example.org/#" + secret,
		"https://hook.example.org/", "https://hook.example.org/#whsec_", "https://hook.example.org/#" + secret[6:], "https://hook.example.org/#whsec_c2hvcnQ=",
		"https://hook.example.org/\r\nx#" + secret, "file:///etc/passwd#" + secret, "https://hook.example.org/#whsec_!!!!",
	} {
		if err := c.Deliver(t.Context(), notify.Letter{Address: address}); !errors.Is(err, notify.ErrRefused) || strings.Contains(err.Error(), "hook.") {
			t.Errorf("%q: %v", address, err)
		}
	}
	pool := x509.NewCertPool()
	pool.AddCert(r.Certificate())
	public := webhook.New(webhook.Config{Source: "x", TLS: &tls.Config{RootCAs: pool}, Tries: 1})
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"} {
		address := strings.Replace(r.address(1), "127.0.0.1", host, 1)
		if err := public.Deliver(t.Context(), notify.Letter{Address: address}); err == nil || strings.Contains(err.Error(), host) {
			t.Errorf("%s: %v", host, err)
		}
	}
	if len(r.asked) > 0 {
		t.Errorf("%d requests came", len(r.asked))
	}
}

// TestReceive: a message that was changed, is of somebody else, or old, or in no format of ours, is refused.
func TestReceive(t *testing.T) {
	r := receive(t)
	if err := r.channel().Deliver(t.Context(), notify.Letter{ID: notify.ID{1}, Address: r.address(1), Title: "Lake"}); err != nil {
		t.Fatal(err)
	}
	other, err := webhook.NewSecret(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for what, k := range map[string]struct {
		change func(*http.Request)
		secret string
		now    time.Time
		want   error
	}{
		"as it came":      {func(*http.Request) {}, secret, now, nil},
		"two signatures":  {func(q *http.Request) { q.Header.Set("Webhook-Signature", "v1,AAAA "+q.Header.Get("Webhook-Signature")) }, secret, now, nil},
		"old":             {func(*http.Request) {}, secret, now.Add(6 * time.Minute), webhook.ErrStale},
		"of the future":   {func(*http.Request) {}, secret, now.Add(-6 * time.Minute), webhook.ErrStale},
		"another time":    {func(q *http.Request) { q.Header.Set("Webhook-Timestamp", fmt.Sprint(now.Unix()+1)) }, secret, now, webhook.ErrSignature},
		"another id":      {func(q *http.Request) { q.Header.Set("Webhook-Id", "x") }, secret, now, webhook.ErrSignature},
		"another body":    {func(q *http.Request) { q.Body = io.NopCloser(strings.NewReader("{}")) }, secret, now, webhook.ErrSignature},
		"another secret":  {func(*http.Request) {}, other, now, webhook.ErrSignature},
		"no signature":    {func(q *http.Request) { q.Header.Del("Webhook-Signature") }, secret, now, webhook.ErrSignature},
		"no secret":       {func(*http.Request) {}, "", now, webhook.ErrSecret},
		"another format":  {func(q *http.Request) { q.Header.Set("Content-Type", "application/json") }, secret, now, webhook.ErrMalformed},
		"another version": {func(q *http.Request) { q.Header.Set("Webhook-Signature", "v2"+q.Header.Get("Webhook-Signature")[2:]) }, secret, now, webhook.ErrSignature},
	} {
		q := r.asked[0].Clone(context.Background())
		q.Body = io.NopCloser(bytes.NewReader(r.bodies[0]))
		k.change(q)
		e, err := webhook.Receive(q, k.secret, k.now)
		if !errors.Is(err, k.want) || (e.Data.Title == "Lake") != (k.want == nil) {
			t.Errorf("%s: %+v, %v", what, e, err)
		}
	}
}
