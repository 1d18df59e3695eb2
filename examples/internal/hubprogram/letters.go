package hubprogram

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/notify/mail"
	"github.com/glimpse-go/glimpse/notify/webhook"
	"github.com/glimpse-go/glimpse/notify/xmpp"
	hubmail "github.com/glimpse-go/glimpse/transport/hub/mail"
)

// letterOptions say how people are written to besides the feed. Passwords stand in no command
// line, which others on the computer read.
type letterOptions struct {
	Attach int `placeholder:"BYTES" help:"Send collections along in letters, without their versions, where they are no larger; they can be verified without any server."`
	Guests int `default:"1" help:"How many partial versions, the smallest first, those see who have a letter's link."`

	SMTP         string `name:"smtp" placeholder:"URL" help:"The server that takes letters to mail addresses: smtp://USER@HOST:587 (STARTTLS), or smtps://USER@HOST (TLS). The password is in $GLIMPSE_HUB_SMTP_PASSWORD or a file."`
	SMTPPassword string `name:"smtp-password-file" type:"path" placeholder:"FILE" help:"The file that holds the mail server's password."`
	SMTPFrom     string `name:"smtp-from" placeholder:"ADDRESS" help:"The address that letters come from."`
	SMTPName     string `name:"smtp-name" help:"What that is called, behind the author's name; its domain if empty."`
	SMTPBounces  string `name:"smtp-bounces" placeholder:"ADDRESS" help:"The address to which reports of failed delivery come, with + and more behind its local part: they are for hub bounce."`

	XMPP         string `name:"xmpp" placeholder:"ADDRESS" help:"The account that writes to members who choose chat, such as glimpse@chat.example.org. The password is in $GLIMPSE_HUB_XMPP_PASSWORD or a file."`
	XMPPPassword string `name:"xmpp-password-file" type:"path" placeholder:"FILE" help:"The file that holds the account's password."`
	XMPPServer   string `name:"xmpp-server" placeholder:"HOST:PORT" help:"Where the account is served; as DNS says if empty."`

	Webhooks        bool           `help:"Let members choose to have programs of theirs called."`
	WebhookNetworks []netip.Prefix `name:"webhook-network" help:"Networks beside public addresses in which these may be reached."`
}

// channels are the ways of writing that the options name, by what members choose them by.
func (o letterOptions) channels(url string) (map[string]notify.Channel, program.Closers, error) {
	all := map[string]notify.Channel{}
	var closers program.Closers
	if o.SMTP != "" {
		post, err := o.mail()
		if err != nil {
			return nil, nil, err
		}
		all["mail"] = post
	}
	if o.XMPP != "" {
		word, err := password("XMPP", o.XMPPPassword)
		if err != nil {
			return nil, nil, err
		}
		chat, err := xmpp.New(xmpp.Config{Account: o.XMPP, Password: word, Server: o.XMPPServer})
		if err != nil {
			return nil, nil, program.Usage("-xmpp: %w", err)
		}
		all["xmpp"], closers = chat, program.Closers{chat}
	}
	if o.Webhooks {
		all["webhook"] = webhook.New(webhook.Config{Source: url, Networks: o.WebhookNetworks})
	}
	return all, closers, nil
}

// mail is the channel to a mail server.
func (o letterOptions) mail() (notify.Channel, error) {
	u, err := url.Parse(o.SMTP)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps":
		return nil, program.Usage("-smtp: it is smtp://USER@HOST:PORT, or smtps://USER@HOST")
	case hasPassword(u):
		return nil, program.Usage("-smtp: the password is in $GLIMPSE_HUB_SMTP_PASSWORD or -smtp-password-file, and never on the command line")
	case (u.Scheme == "smtps") != (cmp.Or(u.Port(), standardPort(u.Scheme)) == "465"):
		return nil, program.Usage("-smtp: smtps is at port 465, and smtp at another")
	}
	word, err := password("SMTP", o.SMTPPassword)
	if err != nil {
		return nil, err
	}
	post, err := mail.New(mail.Config{
		Server: net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), standardPort(u.Scheme))), User: u.User.Username(), Password: word,
		From: o.SMTPFrom, Name: o.SMTPName, Bounces: o.SMTPBounces,
	})
	if err != nil {
		return nil, program.Usage("-smtp: %w", err)
	}
	return post, nil
}

func hasPassword(u *url.URL) bool {
	_, has := u.User.Password()
	return has
}

func standardPort(scheme string) string {
	if scheme == "smtps" {
		return "465"
	}
	return "587"
}

// password reads a password from the environment or, where one is named, a file.
func password(of, file string) (string, error) {
	if file == "" {
		return os.Getenv("GLIMPSE_HUB_" + of + "_PASSWORD"), nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", program.Plain(fmt.Errorf("the password cannot be read: %w", err))
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}

// config is how the hub writes, at a URL of its own and with its key.
func (o letterOptions) config(url string, key program.Key, m *metrics) (hubmail.Config, program.Closers, error) {
	all, closers, err := o.channels(url)
	if err != nil || len(all) == 0 {
		return hubmail.Config{}, nil, err
	}
	for name, channel := range all {
		all[name] = countedChannel{channel, name, m}
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key.Private)
	if err != nil {
		return hubmail.Config{}, nil, err
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("glimpse links"))
	return hubmail.Config{
		Channel: all["mail"], Channels: all, Unsubscribe: url + "/stop", Attach: o.Attach, GuestVersions: o.Guests, LinkKey: mac.Sum(nil),
	}, closers, nil
}
