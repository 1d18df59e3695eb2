package folderlink_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/folderlink"
)

// TestLinks: nothing outside the folder is opened, by whatever name.
func TestLinks(t *testing.T) {
	k := newCard(t, 4)
	outside := filepath.Join(t.TempDir(), "secret")
	for i := range 2 { // even the photo itself
		labtest.Must(t, os.Rename(k.photo(i), outside))
		target := outside
		if i == 1 {
			rel, err := filepath.Rel(filepath.Dir(k.photo(i)), outside)
			labtest.Must(t, err)
			target = rel
		}
		labtest.Must(t, os.Symlink(target, k.photo(i)))
	}
	labtest.Must(t, os.Rename(k.photo(2), k.photo(9))) // a link within the folder
	labtest.Must(t, os.Symlink(filepath.Base(k.photo(9)), k.photo(2)))
	got, err := k.takes(k.atHome(), folderlink.Options{})
	if err != nil || len(got.Left) != 2 {
		t.Errorf("left %v, %v", got.Left, err)
	}
	for _, left := range got.Left {
		if left.Item > 1 || !errors.Is(left.Err, transport.ErrNotFound) {
			t.Errorf("item %d: %v", left.Item, left.Err)
		}
	}
	k.published(2)
}

// TestHostileFolders: a card on which something else is written harms nothing.
func TestHostileFolders(t *testing.T) {
	item := func(k *card) string { return k.cam.Items[0].ID.String() }
	lines := map[string]func(*card) string{
		"dots":             func(k *card) string { return item(k) + " 2 ../secret\n" },
		"dots within":      func(k *card) string { return item(k) + " 2 DCIM/../../secret\n" },
		"absolute":         func(k *card) string { return item(k) + " 2 /etc/passwd\n" },
		"empty":            func(k *card) string { return item(k) + " 2 \n" },
		"unknown item":     func(*card) string { return strings.Repeat("0", 32) + " 2 a\n" },
		"unknown version":  func(k *card) string { return item(k) + " 3 a\n" },
		"negative version": func(k *card) string { return item(k) + " -1 a\n" },
		"padded version":   func(k *card) string { return item(k) + " 02 a\n" },
		"twice":            func(k *card) string { return strings.Repeat(item(k)+" 2 a\n", 2) },
		"cut off":          func(k *card) string { return item(k) + " 2 DCIM/100" },
		"control":          func(k *card) string { return item(k) + " 2 a\x1b[2J\n" },
		"capitals":         func(k *card) string { return strings.ToUpper(item(k)) + " 2 a\n" },
	}
	for what, text := range lines {
		k := newCard(t, 1)
		write(t, k.in("files"), []byte(text(k)))
		k.refuses(what, transport.ErrMalformed)
	}
	others := map[string]struct {
		want error
		do   func(*card)
	}{
		"no list":       {transport.ErrMalformed, func(k *card) { labtest.Must(t, os.Remove(k.in("files"))) }},
		"half":          {transport.ErrMalformed, func(k *card) { labtest.Must(t, os.Truncate(k.in("collection"), 100)) }},
		"huge":          {transport.ErrTooLarge, func(k *card) { labtest.Must(t, os.Truncate(k.in("collection"), 1<<40)) }},
		"a folder":      {transport.ErrMalformed, func(k *card) { k.replace("collection", func(name string) error { return os.Mkdir(name, 0o700) }) }},
		"leads out":     {transport.ErrMalformed, func(k *card) { k.leadOut("collection") }},
		"another id":    {transport.ErrMalformed, func(k *card) { k.rename() }},
		"unsealed":      {transport.ErrSeal, func(k *card) { k.reseal(nil) }},
		"forged":        {transport.ErrSeal, func(k *card) { k.reseal(k.bob.Signer) }},
		"somebody else": {transport.ErrForbidden, func(k *card) { k.ofBob() }},
	}
	for what, other := range others {
		k := newCard(t, 1)
		other.do(k)
		k.refuses(what, other.want)
	}
}

// refuses has the home refuse what is in the folder, of which it keeps nothing.
func (k *card) refuses(what string, want error) {
	k.t.Helper()
	if got, err := k.takes(k.atHome(), folderlink.Options{}); !errors.Is(err, want) || got.Bytes != 0 {
		k.t.Errorf("%s: %d bytes, %v", what, got.Bytes, err)
	}
	if names, err := k.home.Names(k.t.Context()); len(names) > 0 || err != nil {
		k.t.Errorf("%s: the home knows %v, %v", what, names, err)
	}
}

func (k *card) replace(name string, with func(string) error) {
	k.t.Helper()
	labtest.Must(k.t, os.Remove(k.in(name)))
	labtest.Must(k.t, with(k.in(name)))
}

func (k *card) leadOut(name string) {
	k.t.Helper()
	outside := filepath.Join(k.t.TempDir(), "outside")
	labtest.Must(k.t, os.Rename(k.in(name), outside))
	labtest.Must(k.t, os.Symlink(outside, k.in(name)))
}

func (k *card) rename() {
	k.t.Helper()
	labtest.Must(k.t, os.Rename(k.in(""), filepath.Join(k.dir, ".glimpse", collection.ID{9}.String())))
}

// reseal puts another seal on the collection; nil = none.
func (k *card) reseal(by collection.Signer) {
	k.t.Helper()
	header := k.album.Header()
	header.AuthorSeal = nil
	c, err := collection.New(header, k.album.Body())
	if err == nil && by != nil {
		c, err = c.Sign(k.t.Context(), by, header.Created)
	}
	labtest.Must(k.t, err)
	data, err := c.MarshalBinary()
	labtest.Must(k.t, err)
	write(k.t, k.in("collection"), data)
}

// ofBob makes the collection one that Bob has made, for Ann.
func (k *card) ofBob() {
	k.t.Helper()
	header, body := k.album.Header(), k.album.Body()
	header.Author, header.AuthorSeal, body.Recipients = k.bob.User, nil, []collection.UserID{k.home.User}
	c, err := collection.New(header, body)
	labtest.Must(k.t, err)
	c, err = c.Sign(k.t.Context(), k.bob.Signer, header.Created)
	labtest.Must(k.t, err)
	data, err := c.MarshalBinary()
	labtest.Must(k.t, err)
	write(k.t, k.in("collection"), data)
}
