package xmpp

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"

	"mellium.im/sasl"
	"mellium.im/xmpp"
	"mellium.im/xmpp/dial"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/ping"
	"mellium.im/xmpp/stanza"

	"github.com/glimpse-go/glimpse/notify"
)

// errLost says that a connection does not work any more.
var errLost = errors.New("xmpp: the connection is lost")

// connection is the account's, signed in.
type connection struct {
	session *xmpp.Session
	server  jid.JID
	ended   chan struct{} // closed when nothing is read from it any more

	mu      sync.Mutex
	refused map[string]refusal           // by the message's id
	shows   map[string]map[string]string // by person and device: how much they want to be disturbed
	rooms   map[string]chan error        // groups that are, or are being, joined: what came of it
}

// signIn connects and signs in. Errors name neither the account nor what the server has said.
func signIn(ctx context.Context, cfg Config, account jid.JID) (*connection, error) {
	conn, err := open(ctx, cfg, account)
	if err != nil {
		return nil, errors.New("xmpp: the server is not reached")
	}
	session, err := negotiate(ctx, cfg, account, conn)
	if err != nil {
		return nil, errors.Join(errors.New("xmpp: the account cannot sign in"), conn.Close())
	}
	c := &connection{
		session: session, server: account.Domain(), ended: make(chan struct{}),
		refused: map[string]refusal{}, shows: map[string]map[string]string{}, rooms: map[string]chan error{},
	}
	go func() {
		defer close(c.ended)
		_ = session.Serve(xmpp.HandlerFunc(c.handle)) // that it ends is all that counts
	}()
	if err := session.Send(ctx, stanza.Presence{Type: stanza.AvailablePresence}.Wrap(nil)); err != nil {
		c.close()
		return nil, errLost
	}
	return c, nil
}

// negotiate signs in to a server.
func negotiate(ctx context.Context, cfg Config, account jid.JID, conn net.Conn) (*xmpp.Session, error) {
	verify := &tls.Config{}
	if cfg.TLS != nil {
		verify = cfg.TLS.Clone()
	}
	verify.ServerName = cmp.Or(verify.ServerName, account.Domainpart())
	return xmpp.NewClientSession(ctx, account, conn, xmpp.BindResource(), xmpp.StartTLS(verify),
		xmpp.SASL("", cfg.Password, sasl.ScramSha256Plus, sasl.ScramSha1Plus, sasl.ScramSha256, sasl.ScramSha1, sasl.Plain))
}

func open(ctx context.Context, cfg Config, account jid.JID) (net.Conn, error) {
	if cfg.Server == "" {
		return finder.Dial(ctx, "tcp", account)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", cfg.Server)
}

// finder looks for a server as DNS says, without TLS from the start: it is negotiated.
var finder = &dial.Dialer{NoTLS: true}

// close ends the connection, and returns when nothing reads from it any more.
func (c *connection) close() {
	_ = c.session.Close()        // it may be lost
	_ = c.session.Conn().Close() // likewise
	<-c.ended
}

// settle waits until the server has worked off what was sent before: it answers in order.
func (c *connection) settle(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-c.ended: // nobody answers any more
			cancel()
		case <-ctx.Done():
		}
	}()
	if err := ping.Send(ctx, c.session, c.server); err != nil {
		return errLost
	}
	return nil
}

// send sends a message, and returns its refusal if one comes before the server has done with it.
func (c *connection) send(ctx context.Context, m message) error {
	if err := c.session.Encode(ctx, m); err != nil {
		return errLost
	}
	if err := c.settle(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	defer clear(c.refused)
	if r, ok := c.refused[m.ID]; ok {
		delete(c.rooms, m.To) // it may have been put out
		return r.err()
	}
	return nil
}

// refusal is why a message was not taken (RFC 6120, section 8.3).
type refusal struct{ kind, condition string }

// err is the refusal as an error: for good if nobody is there.
func (r refusal) err() error {
	switch r.condition {
	case "item-not-found", "gone", "jid-malformed", "service-unavailable":
		if r.kind == "cancel" || r.kind == "modify" {
			return fmt.Errorf("xmpp: %w: %s", notify.ErrRefused, r.condition)
		}
	}
	return fmt.Errorf("xmpp: not taken: %s", r.condition)
}
