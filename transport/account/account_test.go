package account_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/account"
	"github.com/glimpse-go/glimpse/transport/enrol"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// admissionOf admits the station of an account.
func admissionOf(t testing.TB, h home, a account.Account) enrol.Admission {
	t.Helper()
	signer, err := a.Signer()
	must(t, err)
	asked, err := enrol.NewRequest(t.Context(), h.user, signer, signature.StationPeer, a.Name, rand.Reader)
	must(t, err)
	admission, err := enrol.Accept(t.Context(), asked, h.admit(t.Context(), asked))
	must(t, err)
	admission.Endpoints = []collection.Endpoint{endpoint(t, h.user, 0)}
	return admission
}

// endpoint is that of a station of the user whose id is more by some than this.
func endpoint(t testing.TB, user collection.UserID, more byte) collection.Endpoint {
	t.Helper()
	user[0] += more
	key := newSigner()
	e := collection.Endpoint{User: user, Key: key.ID(), Number: 1, URLs: []string{"https://home.example.org"}, Web: []string{"https://www.example.org"}}
	e, err := e.Sign(t.Context(), key)
	must(t, err)
	return e
}

// joined is the account of a station that is enrolled.
func joined(t testing.TB, h home) account.Account {
	t.Helper()
	a, err := account.New("home", rand.Reader)
	must(t, err)
	must(t, a.Join(admissionOf(t, h, a)))
	return a
}

// TestFile: what is saved is read, only its owner can read it, and nothing else is left.
func TestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "account")
	fresh, err := account.Open(path, "home", rand.Reader)
	must(t, err)
	again, err := account.Open(path, "other", rand.Reader)
	must(t, err)
	if !reflect.DeepEqual(fresh, again) || !errors.Is(again.At(signature.PublicKey{}), account.ErrNotJoined) || !errors.Is(again.AddTo(t.Context(), nil), account.ErrNotJoined) {
		t.Errorf("made %+v, read %+v", fresh, again)
	}
	h := newHome()
	must(t, fresh.Join(admissionOf(t, h, fresh)))
	fresh.Token, fresh.Pinned = "a token", true
	must(t, os.WriteFile(path+".new", []byte("left by a crash"), 0o644))
	must(t, fresh.Save(path))
	fresh.Token = "the next one"
	must(t, fresh.Save(path))
	again, err = account.Open(path, "", rand.Reader)
	must(t, err)
	if !reflect.DeepEqual(fresh, again) || again.User != h.user || again.Hub[0] != "https://hub.example.org" {
		t.Errorf("saved %+v, read %+v", fresh, again)
	}
	sources, err := again.Sources()
	must(t, err)
	home, err := again.Homes[0].MarshalBinary()
	must(t, err)
	want := []transport.Source{{User: h.user, URL: "https://home.example.org", Endpoint: home}, {User: h.user, URL: "https://www.example.org", Endpoint: home}}
	if !reflect.DeepEqual(sources, want) {
		t.Errorf("homes at %+v", sources)
	}
	must(t, again.At(h.hub))
	info, err := os.Stat(path)
	must(t, err)
	files, err := os.ReadDir(dir)
	must(t, err)
	if info.Mode() != 0o600 || len(files) != 1 {
		t.Errorf("mode %v, files %v", info.Mode(), files)
	}
	keys := new(signature.Keyring)
	must(t, again.AddTo(t.Context(), keys))
	text, err := os.ReadFile(path)
	must(t, err)
	_, key, _ := bytes.Cut(text, []byte("-----END GLIMPSE ACCOUNT-----\n"))
	if read, err := signature.ParsePrivateKey(key, nil); err != nil || !reflect.DeepEqual(read, again.Key) {
		t.Errorf("the key of its own: %v", err)
	}
}

// TestOther: an account of another hub, user or station is refused, says which it is, and
// takes no other's place; nor does any that of a file that cannot be read.
func TestOther(t *testing.T) {
	h, other := newHome(), newHome()
	a := joined(t, h)
	elsewhere := h
	elsewhere.hub = other.hub
	for what, err := range map[string]error{
		"hub":         a.At(other.hub),
		"no hub":      a.At(signature.PublicKey{}),
		"join hub":    a.Join(admissionOf(t, elsewhere, a)),
		"join user":   a.Join(admissionOf(t, other, a)),
		"other's key": a.Join(admissionOf(t, h, joined(t, h))),
	} {
		if !errors.Is(err, account.ErrOther) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := a.At(other.hub); err == nil || !strings.Contains(err.Error(), "https://hub.example.org") {
		t.Errorf("it does not say which: %v", err)
	}
	must(t, a.At(h.hub))
	must(t, a.Join(admissionOf(t, h, a)))

	path := filepath.Join(t.TempDir(), "account")
	must(t, a.Save(path))
	before, err := os.ReadFile(path)
	must(t, err)
	moved := a
	moved.Authority = other.hub
	fresh := account.Account{Name: a.Name, Key: a.Key}
	for what, one := range map[string]account.Account{"station": joined(t, h), "hub": moved, "fresh": fresh} {
		if err := one.Save(path); !errors.Is(err, account.ErrOther) || !strings.Contains(err.Error(), path) {
			t.Errorf("saved over another %s: %v", what, err)
		}
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("it has changed: %v", err)
	}
	must(t, os.WriteFile(path, before[:len(before)/2], 0o600))
	if err := a.Save(path); !errors.Is(err, transport.ErrMalformed) {
		t.Errorf("saved over what cannot be read: %v", err)
	}
	if _, err := account.Open(path, "home", rand.Reader); !errors.Is(err, transport.ErrMalformed) {
		t.Errorf("opened: %v", err)
	}
	_, err = account.Open(filepath.Join(path, "in a file"), "home", rand.Reader)
	if !errors.Is(err, transport.ErrStorage) || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("where nothing can be: %v", err)
	}
}

// TestRefused: what does not fit together, or is cut off or too large, is no account.
func TestRefused(t *testing.T) {
	good := joined(t, newHome())
	text, err := good.MarshalText()
	must(t, err)
	for what, change := range map[string]func(*account.Account){
		"nobody's, at a hub":  func(a *account.Account) { a.User = collection.UserID{} },
		"another's statement": func(a *account.Account) { a.User[0]++ },
		"no statement":        func(a *account.Account) { a.Statement = nil },
		"another's key":       func(a *account.Account) { a.Key = joined(t, newHome()).Key },
		"nobody vouches":      func(a *account.Account) { a.UserKey, a.Authority = signature.PublicKey{}, signature.PublicKey{} },
		"nobody's, pinned":    func(a *account.Account) { *a = account.Account{Name: a.Name, Key: a.Key, Pinned: true} },
		"another's home":      func(a *account.Account) { a.Homes = []collection.Endpoint{endpoint(t, a.User, 1)} },
		"no address":          func(a *account.Account) { a.Hub = []string{""} },
		"a long name":         func(a *account.Account) { a.Name = strings.Repeat("n", 65) },
		"a name that is none": func(a *account.Account) { a.Name = "\xff" },
	} {
		a := good
		change(&a)
		if _, err := a.MarshalText(); !errors.Is(err, transport.ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, c := range map[string]struct {
		change func(*account.Account)
		want   error
	}{
		"a long token": {func(a *account.Account) { a.Token = strings.Repeat("t", 1025) }, transport.ErrTooLarge},
		"many hubs":    {func(a *account.Account) { a.Hub = strings.Fields("a b c d e") }, transport.ErrTooLarge},
		"many homes":   {func(a *account.Account) { a.Homes = slices.Repeat([]collection.Endpoint{endpoint(t, a.User, 0)}, 5) }, transport.ErrTooLarge},
		"elsewhere":    {func(a *account.Account) { a.Key = nil }, nil},
	} {
		a := good
		c.change(&a)
		if _, err := a.MarshalText(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	end := bytes.Index(text, []byte("-----BEGIN PRIVATE"))
	for n := range text {
		var a account.Account
		err := a.UnmarshalText(text[:n])
		if (err == nil) != (n == len(text)-1) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	var a account.Account
	for what, bad := range map[string][]byte{
		"something before": append([]byte("\n"), text...),
		"a key more":       append(bytes.Clone(text), text[end:]...),
		"no block":         text[end:],
	} {
		if err := a.UnmarshalText(bad); !errors.Is(err, transport.ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := a.UnmarshalText(make([]byte, 1<<20)); !errors.Is(err, transport.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
}

// FuzzAccount: what is read is written and read again as the same.
func FuzzAccount(f *testing.F) {
	text, err := joined(f, newHome()).MarshalText()
	must(f, err)
	f.Add(text)
	f.Add([]byte(golden))
	f.Fuzz(func(t *testing.T, data []byte) {
		var a, again account.Account
		if a.UnmarshalText(data) != nil {
			return
		}
		text, err := a.MarshalText()
		must(t, err)
		must(t, again.UnmarshalText(text))
		if !reflect.DeepEqual(a, again) {
			t.Errorf("%+v, and again %+v", a, again)
		}
	})
}

// golden is the account of a station that is nobody's yet: the array
// [h'00…00', "camera", true, h”, h”, [], false, "", h”, []], and the key of 32 bytes 0x01 in PKCS #8.
const golden = `-----BEGIN GLIMPSE ACCOUNT-----
ilAAAAAAAAAAAAAAAAAAAAAAZmNhbWVyYfVAQID0YECA
-----END GLIMPSE ACCOUNT-----
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB
-----END PRIVATE KEY-----
`

// TestGolden: the form stays.
func TestGolden(t *testing.T) {
	a, err := account.New("camera", bytes.NewReader(bytes.Repeat([]byte{1}, 32)))
	must(t, err)
	text, err := a.MarshalText()
	if err != nil || string(text) != golden {
		t.Errorf("%s, %v", text, err)
	}
}
