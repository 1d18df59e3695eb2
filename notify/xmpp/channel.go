package xmpp

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"mellium.im/xmpp/jid"

	"github.com/glimpse-go/glimpse/notify"
)

// Config says as whom letters are written. Account and Password are required.
type Config struct {
	// Account is the hub's, such as glimpse@chat.example.org.
	Account, Password string
	// Server is where it is served, as host:port; empty = as DNS says (RFC 6120, section 3.2.1).
	Server string
	// TLS is how the server is verified, which must have it; nil = by the system's roots.
	TLS *tls.Config
	// Nick is what the account is called in groups; empty = its local part.
	Nick string
	// Language is that of those whose own is not known (BCP 47); empty = English.
	Language string
	// Timeout bounds a delivery; 0 = 30 s.
	Timeout time.Duration
}

// ErrConfig says that a Config has no account; and ErrBusy that a reader does not want to be
// disturbed now.
var (
	ErrConfig = errors.New("xmpp: configuration")
	ErrBusy   = errors.New("xmpp: the reader does not want to be disturbed now")
)

// Channel writes chat messages, one after the other over one connection, which it makes when it
// is needed. It is safe for concurrent use. Close it in the end.
type Channel struct {
	cfg     Config
	account jid.JID
	turn    chan struct{} // holds one while somebody uses what follows
	live    *connection   // nil = none
}

var _ notify.Channel = (*Channel)(nil)

// New makes a channel; nothing is connected yet. The error wraps ErrConfig.
func New(cfg Config) (*Channel, error) {
	account, err := jid.Parse(cfg.Account)
	if err != nil || account.Localpart() == "" {
		return nil, fmt.Errorf("%w: account %q: %w", ErrConfig, cfg.Account, cmp.Or(err, errors.New("no local part")))
	}
	cfg.Nick = cmp.Or(cfg.Nick, account.Localpart())
	cfg.Timeout = cmp.Or(cfg.Timeout, 30*time.Second)
	return &Channel{cfg: cfg, account: account, turn: make(chan struct{}, 1)}, nil
}

// Deliver implements notify.Channel. It returns nil when the account's server has taken the
// message and has not refused it meanwhile. ErrRefused: it is no address, or nobody's. ErrBusy: see
// the package's comment.
func (c *Channel) Deliver(ctx context.Context, l notify.Letter) error {
	to, group, err := parse(l.Address)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	if err := c.take(ctx); err != nil {
		return err
	}
	defer func() { <-c.turn }()
	if err := c.connect(ctx); err != nil {
		return cmp.Or(ctx.Err(), err)
	}
	err = c.send(ctx, to, group, l)
	if errors.Is(err, errLost) {
		c.live.close()
		c.live = nil
	}
	return cmp.Or(ctx.Err(), err)
}

// take waits for its turn, or returns the error of ctx.
func (c *Channel) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case c.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// send writes a letter over the connection that there is.
func (c *Channel) send(ctx context.Context, to jid.JID, group bool, l notify.Letter) error {
	switch {
	case group:
		if err := c.live.join(ctx, to, c.cfg.Nick); err != nil {
			return err
		}
	case c.live.busy(to):
		return ErrBusy
	}
	return c.live.send(ctx, c.message(to, group, l))
}

// connect makes a connection if there is none that works. Where there is one, what its server has
// to say of others' presence has come then.
func (c *Channel) connect(ctx context.Context) error {
	if c.live != nil {
		if c.live.settle(ctx) == nil {
			return nil
		}
		c.live.close()
		c.live = nil
	}
	live, err := signIn(ctx, c.cfg, c.account)
	if err == nil {
		c.live = live
	}
	return err
}

// Close ends the connection, if there is one.
func (c *Channel) Close() error {
	c.turn <- struct{}{}
	defer func() { <-c.turn }()
	if c.live != nil {
		c.live.close()
		c.live = nil
	}
	return nil
}

// parse reads an address: whose it is, and whether it is a group's.
func parse(address string) (to jid.JID, group bool, err error) {
	refused := fmt.Errorf("xmpp: %w: no address of a person or a group", notify.ErrRefused) // it is not repeated
	if rest, ok := strings.CutPrefix(address, "xmpp:"); ok {
		path, query, asked := strings.Cut(rest, "?")
		if address, err = url.PathUnescape(path); err != nil || asked && query != "join" {
			return to, false, refused
		}
		group = asked
	}
	to, err = jid.Parse(address)
	if err != nil || to.Localpart() == "" || to.Resourcepart() != "" {
		return to, false, refused
	}
	return to, group, nil
}
