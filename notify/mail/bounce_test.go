package mail

import (
	"errors"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/notify"
)

// report is a report of delivery as Postfix writes it, to an address and with an action.
func report(to, action, status string) string {
	return strings.ReplaceAll(`Return-Path: <>
Date: Mon, 30 Nov 2026 10:00:00 +0000
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: `+to+`
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

This is a MIME-encapsulated message.

--b1
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.net. <eve@example.org>: unknown user

--b1
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Mon, 30 Nov 2026 10:00:00 +0000 (UTC)

Final-Recipient: rfc822; eve@example.org
Action: `+action+`
Status: `+status+`
Diagnostic-Code: smtp; 550 5.1.1 unknown user

--b1
Content-Type: message/rfc822

Subject: A day at the lake

--b1--
`, "\n", "\r\n")
}

// TestBounce: the report on a letter names the letter, and says whether it has failed.
func TestBounce(t *testing.T) {
	to := channel(t).envelope(notify.Letter{Token: "token"})
	name := handle("token")
	for _, k := range []struct {
		text string
		want Bounce
		ok   bool
	}{
		{report(to, "failed", "5.1.1"), Bounce{name, true, "5.1.1"}, true},
		{report("<"+strings.ToUpper(to)+">", "Failed", "5.2.2 (mailbox full)"), Bounce{name, true, "5.2.2"}, true},
		{report(to, "delayed", "4.4.1"), Bounce{name, false, "4.4.1"}, true},
		{strings.Replace(report(to, "failed", "5.1.1"), "report-type=delivery-status", "report-type=disposition-notification", 1), Bounce{}, false},
		{strings.Replace(report(to, "failed", "5.1.1"), "multipart/report", "multipart/mixed", 1), Bounce{}, false},
		{report("bounces@hub.example.org", "failed", "5.1.1"), Bounce{}, false},
		{report("bounces+abc@hub.example.org", "failed", "5.1.1"), Bounce{}, false},
		{strings.Replace(report(to, "failed", "5.1.1"), "Action:", "X:", 1), Bounce{}, false},
		{strings.Replace(report(to, "failed", "5.1.1"), "message/delivery-status", "text/plain", 1), Bounce{}, false},
		{"To: " + to + "\r\nSubject: Out of office\r\n\r\nI am away.", Bounce{}, false},
		{"", Bounce{}, false},
	} {
		b, err := ReadBounce(strings.NewReader(k.text))
		if b != k.want || (err == nil) != k.ok || !k.ok && !errors.Is(err, ErrNoBounce) {
			t.Errorf("%+v, %v, want %+v of\n%.300s", b, err, k.want, k.text)
		}
	}
	if to := (&Channel{cfg: Config{From: "glimpse@hub.example.org"}}).envelope(notify.Letter{Token: "token"}); to != "glimpse@hub.example.org" {
		t.Errorf("without an address for reports they go to %s", to)
	}
}

// FuzzReadBounce: whatever comes is a report with a handle, or refused as what it is.
func FuzzReadBounce(f *testing.F) {
	f.Add(report(channel(f).envelope(notify.Letter{Token: "token"}), "failed", "5.1.1"))
	f.Add("To: a@b.c\r\n\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		b, err := ReadBounce(strings.NewReader(text))
		if (err == nil) != (len(b.Handle) == handleLength) || err != nil && !errors.Is(err, ErrNoBounce) {
			t.Errorf("%+v, %v", b, err)
		}
	})
}
