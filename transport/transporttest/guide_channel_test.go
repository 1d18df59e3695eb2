package transporttest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/transporttest"
)

// outbox is the smallest channel: a folder, from which another program sends letters.
type outbox struct{ dir string }

// Deliver writes a file that is there whole or not at all. Its errors name no address.
func (o outbox) Deliver(ctx context.Context, l notify.Letter) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(o.dir, fmt.Sprintf("%020d-*.part", time.Now().UnixNano())) // in order
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), f.Name()+".json")
}

// TestSmallestChannel: the channel of the guide is one.
func TestSmallestChannel(t *testing.T) {
	transporttest.Channel(t, func(t *testing.T) transporttest.ChannelFixture {
		dir := filepath.Join(t.TempDir(), "outbox")
		move := func(from, to string) {
			if err := os.Rename(from, to); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		return transporttest.ChannelFixture{
			Channel: outbox{dir},
			Arrived: func(t *testing.T) []notify.Letter { return letters(t, dir) },
			Break: func(t *testing.T) func() {
				move(dir, dir+".away")
				return func() { move(dir+".away", dir) }
			},
		}
	})
}

// letters reads what is in an outbox.
func letters(t *testing.T, dir string) (all []notify.Letter) {
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		var l notify.Letter
		text, err := os.ReadFile(name)
		if err == nil {
			err = json.Unmarshal(text, &l)
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}
