package webhook

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// Config says who sends events. Source is required.
type Config struct {
	// Source names the hub in events, as a URI (CloudEvents 1.0, source), such as its URL.
	Source string
	// Networks are those beside public addresses in which receivers are reached.
	Networks []netip.Prefix
	// TLS is how receivers are verified; nil = by the system's roots.
	TLS *tls.Config
	// Tries is how often an event is sent before Deliver fails, for its caller to try again later;
	// 0 = 3. Pause is that before the second time, and four times as long before each further
	// one; 0 = 1 s.
	Tries int
	Pause time.Duration
	// Timeout bounds each try; 0 = 15 s.
	Timeout time.Duration
	Now     func() time.Time // nil = time.Now
}

// Channel posts letters to the programs that receive them. It is safe for concurrent use.
type Channel struct {
	cfg    Config
	client *http.Client
}

var _ notify.Channel = (*Channel)(nil)

// maxAnswer is how much of a receiver's answer is read, in bytes, so that its connection may be
// used again.
const maxAnswer = 4 << 10

// New makes a channel.
func New(cfg Config) *Channel {
	cfg.Tries = cmp.Or(cfg.Tries, 3)
	cfg.Pause = cmp.Or(cfg.Pause, time.Second)
	cfg.Timeout = cmp.Or(cfg.Timeout, 15*time.Second)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	transport := httplink.PublicTransport(cfg.Networks...)
	transport.TLSClientConfig = cfg.TLS
	return &Channel{cfg, &http.Client{Transport: transport, Timeout: cfg.Timeout, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
}

// Deliver implements notify.Channel. ErrRefused: the address is no https URL with a secret, or
// its server says that it is gone (410). All tries have the same id, by which a receiver knows a
// repeat.
func (c *Channel) Deliver(ctx context.Context, l notify.Letter) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	to, secret, err := parse(l.Address)
	if err != nil {
		return err
	}
	body, err := event(c.cfg.Source, l)
	if err != nil {
		return err
	}
	return c.insist(ctx, func() (again bool, err error) { return c.post(ctx, to, secret, l.ID, body) })
}

// insist tries as often as it is worth it, with growing pauses.
func (c *Channel) insist(ctx context.Context, post func() (again bool, err error)) error {
	pause := c.cfg.Pause
	for try := 1; ; try++ {
		again, err := post()
		if err == nil || !again || try >= c.cfg.Tries {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
		pause *= 4
	}
}

// parse splits an address into where it is and its secret.
func parse(address string) (to string, secret []byte, err error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return "", nil, fmt.Errorf("webhook: %w: no https URL", notify.ErrRefused) // the address is not repeated
	}
	if secret, err = decodeSecret(u.Fragment); err != nil {
		return "", nil, fmt.Errorf("webhook: %w: %w", notify.ErrRefused, err)
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String(), secret, nil
}

// post sends an event once, and reports whether it is worth trying again at once.
func (c *Channel) post(ctx context.Context, to string, secret []byte, id notify.ID, body []byte) (again bool, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return false, errors.New("webhook: no request can be made of the address")
	}
	r.Header.Set("Content-Type", mediaType)
	sign(r.Header, secret, fmt.Sprintf("%x", id), strconv.FormatInt(c.cfg.Now().Unix(), 10), body)
	answer, err := c.client.Do(r)
	if err != nil { // which names the address
		return true, cmp.Or(ctx.Err(), errors.New("webhook: no answer"))
	}
	defer func() { _ = answer.Body.Close() }() // all of it that counts was read
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer)
	switch code := answer.StatusCode; {
	case code/100 == 2:
		return false, nil
	case code == http.StatusGone:
		return false, fmt.Errorf("webhook: %w: status 410", notify.ErrRefused)
	default:
		return code >= 500 || code == http.StatusTooManyRequests, fmt.Errorf("webhook: status %d", code)
	}
}
