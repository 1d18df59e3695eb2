package xmpp_test

import (
	"fmt"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/notify/xmpp"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// A hub offers chat to its members: who wants it chooses an address with Mailer.Choose.
func Example() {
	chat, err := xmpp.New(xmpp.Config{Account: "glimpse@chat.example.org", Password: "from a file"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = chat.Close() }()
	offered := mail.Config{Channels: map[string]notify.Channel{"xmpp": chat}} // of hub.Config.Mail
	fmt.Println(offered.Writes(), transport.Choice{Addresses: map[string]string{"xmpp": "xmpp:lake@rooms.example.org?join"}}.Addresses["xmpp"])
	// Output: true xmpp:lake@rooms.example.org?join
}
