package mail_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/notify/mail"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/hub"
	hubmail "github.com/glimpse-go/glimpse/transport/hub/mail"
)

// A hub that writes by mail: to those who are known by an address only, and to members who
// want so. Whoever has enough clicks once, also where a mail program does that for them.
func Example() {
	ctx := context.Background()
	key, err := signature.GenerateKey(rand.Reader)
	if err != nil {
		fmt.Println(err)
		return
	}
	signer, err := signature.NewSigner(key, rand.Reader)
	if err != nil {
		fmt.Println(err)
		return
	}
	post, err := mail.New(mail.Config{Server: "localhost:25", From: "glimpse@hub.example.org", Name: "Glimpse", Bounces: "bounces@hub.example.org"})
	if err != nil {
		fmt.Println(err)
		return
	}
	h, err := hub.New(ctx, signer, hub.Config{Gallery: "https://hub.example.org/gallery", Mail: hubmail.Config{
		Channel: post, Channels: map[string]notify.Channel{"mail": post}, Unsubscribe: "https://hub.example.org/stop",
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	http.Handle("/stop/", mail.Unsubscribe(h.Mail()))
	// A program has h.Mail().Run(ctx) deliver, and hands what comes to bounces@… on:
	//	b, err := mail.ReadBounce(message)
	//	if err == nil && b.Failed {
	//		err = h.Mail().Bounced(ctx, b.Handle)
	//	}
	fmt.Println(h.Close(ctx))
	// Output: <nil>
}
