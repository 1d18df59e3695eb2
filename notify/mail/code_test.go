package mail_test

import (
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/notify/mail"
	"github.com/glimpse-go/glimpse/notify/mail/mailtest"
)

// TestCodes: each code comes in a message of its own, which answers none and which no mail
// program takes for another.
func TestCodes(t *testing.T) {
	s := mailtest.Start(t)
	c := open(t, mail.Config{Server: s.SMTP})
	for i, code := range []string{"ABCDEFGH", "23456723"} {
		l := notify.Letter{ID: notify.ID{byte(i + 1)}, Reason: notify.Confirm, Address: "bob@example.org", Language: "de", Code: code, Time: time.Unix(1_800_000_000, 0)}
		if err := c.Deliver(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	ids := map[string]bool{}
	for i, raw := range s.Messages(t) {
		m := read(t, raw)
		subject := "Dein Code: " + []string{"ABCDEFGH", "23456723"}[i]
		if m.subject(t) != subject || m.Header.Get("In-Reply-To")+m.Header.Get("List-Unsubscribe") != "" || !strings.Contains(string(m.parts["text/plain"].body), subject) {
			t.Errorf("%s", raw)
		}
		ids[m.Header.Get("Message-Id")] = true
	}
	if len(ids) != 2 {
		t.Errorf("ids %v", ids)
	}
}
