package transporttest_test

import (
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// The test of a channel, in its own package: it says how the suite sees what has
// arrived, and how the channel is broken.
func ExampleChannel() {
	test := func(t *testing.T) {
		transporttest.Channel(t, func(*testing.T) transporttest.ChannelFixture {
			mail := new(notify.Memory)
			return transporttest.ChannelFixture{
				Channel: mail,
				Arrived: func(*testing.T) []notify.Letter { return mail.Letters() },
				Break: func(*testing.T) func() {
					mail.Fail(errors.New("the line is dead"))
					return func() { mail.Fail(nil) }
				},
			}
		})
	}
	_ = test
}
