package mail_test

import (
	"bufio"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/notify/mail"
)

// server answers one connection with what it is to say to a verb, and good to others.
func server(t *testing.T, answers map[string]string) (address string, taken <-chan bool) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan bool, 1)
	go func() {
		conn, err := l.Accept()
		if err == nil {
			done <- take(conn, answers)
		}
	}()
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String(), done
}

// TestWhoIsRefused: that a recipient is not there is for good, and nothing else that the server has
// against a letter.
func TestWhoIsRefused(t *testing.T) {
	for answer, want := range map[string]bool{
		"RCPT 550 5.1.1 nobody": true, "RCPT 553 no such mailbox": true, "RCPT 550 5.7.1 you may not": false, "RCPT 451 4.7.1 later": false,
		"MAIL 550 5.1.8 who are you": false, "DATA 554 5.6.0 not so": false,
	} {
		verb, says, _ := strings.Cut(answer, " ")
		address, _ := server(t, map[string]string{verb: says})
		err := open(t, mail.Config{Server: address}).Deliver(t.Context(), lake(t))
		if err == nil || errors.Is(err, notify.ErrRefused) != want {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

// TestServerGoesAfterwards: a letter that the server has taken is delivered, although it does not
// say goodbye: it would come twice.
func TestServerGoesAfterwards(t *testing.T) {
	address, taken := server(t, nil)
	deliver(t, open(t, mail.Config{Server: address}), lake(t))
	if !<-taken {
		t.Error("it was not handed in")
	}
}

// take takes one message, and then goes; it reports whether it has.
func take(conn net.Conn, answers map[string]string) bool {
	defer func() { _ = conn.Close() }()
	say := func(line string) bool {
		_, err := conn.Write([]byte(line + "\r\n"))
		return err == nil
	}
	say("220 here")
	in, data := bufio.NewScanner(conn), false
	for in.Scan() {
		verb, _, _ := strings.Cut(in.Text(), " ")
		switch {
		case data && in.Text() == ".":
			return say("250 taken")
		case data:
		case answers[verb] != "":
			say(answers[verb])
		case verb == "DATA":
			data = say("354 go on")
		case verb == "EHLO":
			say("250-here\r\n250 ENHANCEDSTATUSCODES")
		default:
			say("250 good")
		}
	}
	return false
}
