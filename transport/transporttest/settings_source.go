package transporttest

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// SettingsFixture is what the suite of settings works with: the source of a user
// who has none yet, or a link to it.
type SettingsFixture struct {
	// As returns the source, or the link to it, as it is for a user.
	As func(user collection.UserID) transport.SettingsSource
	// Owner is whose settings they are, Other is somebody else.
	Owner, Other collection.UserID
	// Set sets the settings.
	Set func(t *testing.T, s transport.Settings)
}

// SettingsSource checks a source, or a link to one, against the contract of transport.SettingsSource.
func SettingsSource(t *testing.T, open func(t *testing.T) SettingsFixture) {
	run(t, open, []check[SettingsFixture]{
		{"settings as they are now", settingsNow},
		{"another user's", settingsOfOthers},
		{"many callers at once", settingsAtOnce},
		{"canceled context", settingsCanceled},
	})
}

// fullSettings has something of everything, and as many values as there may be.
func fullSettings() transport.Settings {
	s := transport.Settings{
		Contacts: []transport.Contact{
			{Name: "Bob", User: collection.UserID{2}}, {Name: "Eve", Address: "eve@example.org"},
			{Name: "Ånn 日本", User: collection.UserID{3}, Address: "ann@example.org"}, {}, {Name: "Bob", User: collection.UserID{2}},
		},
		Values: map[string]string{"": "", "empty": "", "text": "a \"text\"\nof two lines\x00"},
	}
	for i := range 32 - len(s.Values) {
		s.Values[fmt.Sprint("value ", i)] = fmt.Sprint(i)
	}
	return s
}

// stands returns an error unless the owner reads these settings.
func (d SettingsFixture) stands(t *testing.T, s transport.Settings) error {
	got, err := d.As(d.Owner).Settings(t.Context())
	if err != nil {
		return err
	}
	empty := len(got.Contacts)+len(got.Values)+len(s.Contacts)+len(s.Values) == 0
	if !empty && !reflect.DeepEqual(got, s) {
		return fmt.Errorf("got %+v, want %+v", got, s)
	}
	clear(got.Contacts) // the caller's to use
	clear(got.Values)
	return nil
}

func settingsNow(t *testing.T, d SettingsFixture) {
	want(t, d.stands(t, transport.Settings{}), nil)
	less := transport.Settings{Contacts: []transport.Contact{{Name: "Eve"}}}
	for _, s := range []transport.Settings{fullSettings(), less, {}, fullSettings()} {
		d.Set(t, s)
		for range 2 {
			want(t, d.stands(t, s), nil)
		}
	}
}

func settingsOfOthers(t *testing.T, d SettingsFixture) {
	for range 2 {
		for _, user := range []collection.UserID{d.Other, {}} {
			got, err := d.As(user).Settings(t.Context())
			want(t, err, transport.ErrForbidden)
			if len(got.Contacts)+len(got.Values) > 0 {
				t.Errorf("got %+v all the same", got)
			}
		}
		d.Set(t, fullSettings())
	}
}

func settingsAtOnce(t *testing.T, d SettingsFixture) {
	d.Set(t, fullSettings())
	atOnce(t, 16, func(int) error { return d.stands(t, fullSettings()) })
}

func settingsCanceled(t *testing.T, d SettingsFixture) {
	d.Set(t, fullSettings())
	_, err := d.As(d.Owner).Settings(over(t))
	ended(t, "settings", err)
}
