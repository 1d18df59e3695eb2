package notify_test

import (
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// TestMemorySuite runs the suite of channels on the one that keeps letters.
func TestMemorySuite(t *testing.T) {
	transporttest.Channel(t, func(t *testing.T) transporttest.ChannelFixture {
		m := new(notify.Memory)
		return transporttest.ChannelFixture{
			Channel: m,
			Arrived: func(*testing.T) []notify.Letter { return m.Letters() },
			Break: func(*testing.T) func() {
				m.Fail(errors.New("down"))
				return func() { m.Fail(nil) }
			},
		}
	})
}
