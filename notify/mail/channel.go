package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
)

// Config says where mail is handed in, and who sends it. Server and From are required.
type Config struct {
	// Server takes the mail, as host:port. At port 465 it is TLS from the start; at others
	// STARTTLS (RFC 3207) is required, unless the server is on this computer.
	Server string
	// User and Password, where the server asks for them; they are not sent without TLS.
	User, Password string
	// TLS is how the server is verified; nil = by the system's roots.
	TLS *tls.Config
	// From is the address that mail comes from, and Name what it is called there, after the
	// author's name; empty = the address's domain.
	From, Name string
	// Bounces is the address, with room for "+" and 32 letters in its local part, to which
	// reports of failed delivery come: see [ReadBounce]. Empty = they go to From.
	Bounces string
	// Language is that of those whose own is not known (BCP 47); empty = English.
	Language string
	// PerMinute is how many letters the server is handed in a minute, all of them at once at
	// most; one more waits for its turn. 0 = 60, negative = any.
	PerMinute int
	// Timeout bounds each step of handing in a letter; 0 = 30 s.
	Timeout time.Duration
}

// Channel hands letters to a mail server, each over a connection of its own. It is safe for
// concurrent use.
type Channel struct {
	cfg     Config
	host    string
	options []gomail.Option
	pace    pace
}

var _ notify.Channel = (*Channel)(nil)

// ErrConfig says that a Config names no server, or no address to write from.
var ErrConfig = errors.New("mail: configuration")

// New makes a channel; nothing is sent. The error wraps ErrConfig.
func New(cfg Config) (*Channel, error) {
	host, port, err := net.SplitHostPort(cfg.Server)
	number, portErr := strconv.ParseUint(port, 10, 16)
	if err = cmp.Or(err, portErr); err != nil || host == "" {
		return nil, fmt.Errorf("%w: server %q: %w", ErrConfig, cfg.Server, cmp.Or(err, errors.New("no host")))
	}
	for what, address := range map[string]string{"from": cfg.From, "bounces": cmp.Or(cfg.Bounces, cfg.From)} {
		if _, err := collection.NormalAddress(address); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrConfig, what, err)
		}
	}
	if local, _, _ := strings.Cut(cfg.Bounces, "@"); len(local) > maxLocal-1-handleLength {
		return nil, fmt.Errorf("%w: bounces: local part of more than %d bytes", ErrConfig, maxLocal-1-handleLength)
	}
	cfg.Name = cmp.Or(cfg.Name, domain(cfg.From))
	cfg.PerMinute = cmp.Or(cfg.PerMinute, 60)
	c := &Channel{cfg: cfg, host: host, pace: pace{perMinute: cfg.PerMinute}}
	c.options = cfg.options(host, int(number))
	return c, nil
}

func (c Config) options(host string, port int) []gomail.Option {
	options := []gomail.Option{
		gomail.WithPort(port), gomail.WithTimeout(cmp.Or(c.Timeout, 30*time.Second)), gomail.WithHELO(domain(c.From)),
	}
	switch {
	case port == 465:
		options = append(options, gomail.WithSSL())
	case loopback(host):
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if c.TLS != nil {
		options = append(options, gomail.WithTLSConfig(c.TLS))
	}
	if c.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(c.User), gomail.WithPassword(c.Password))
	}
	return options
}

// loopback reports whether a host is this computer.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// Deliver implements notify.Channel. ErrRefused: it is no address, or the server says that
// nobody is there.
func (c *Channel) Deliver(ctx context.Context, l notify.Letter) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	msg, err := c.message(l)
	if err != nil {
		return err
	}
	if err := c.pace.wait(ctx); err != nil {
		return err
	}
	client, err := gomail.NewClient(c.host, c.options...)
	if err == nil {
		err = client.DialAndSendWithContext(ctx, msg)
	}
	if err == nil || msg.IsDelivered() { // what fails after that is no reason to send it again
		return nil
	}
	return cmp.Or(ctx.Err(), failure(err))
}

// failure is the error of a letter that was not taken. It repeats nothing of what the server
// has said, where the address may stand.
func failure(err error) error {
	send, ok := errors.AsType[*gomail.SendError](err)
	switch {
	case !ok:
		return errors.New("mail: the server is not reached, or does not know who asks")
	case nobody(send):
		return fmt.Errorf("mail: %w: status %d", notify.ErrRefused, send.ErrorCode())
	}
	return fmt.Errorf("mail: not taken: status %d", send.ErrorCode())
}

// nobody reports whether a server refuses a recipient for good, for what the address is: not
// for who asks, which the operator can mend (status X.7.Z of RFC 3463).
func nobody(e *gomail.SendError) bool {
	return e.Reason == gomail.ErrSMTPRcptTo && e.ErrorCode()/100 == 5 && !strings.HasPrefix(e.EnhancedStatusCode(), "5.7.")
}

func domain(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
