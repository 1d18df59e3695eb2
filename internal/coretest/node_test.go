package coretest_test

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/signature"
)

// Files of the other implementation: signature/testdata/interop/README.md.
const (
	interop  = "../../signature/testdata/interop/"
	sharesTo = "GLIMPSE_SHARES_TO"   // where to write what Go makes
	fromNode = "GLIMPSE_SHARES_FROM" // what Node has made, instead of node.json
)

// A share is what the other implementation is given, or gives.
type share struct {
	Name       string      `json:"name"`
	Keys       []sharedKey `json:"keys"`
	Collection hexed       `json:"collection"`
	Update     hexed       `json:"update"`
	Word       hexed       `json:"word"`
	Address    struct {
		R    hexed  `json:"r"`
		Text string `json:"text"`
		User hexed  `json:"user"`
	} `json:"address"`
	Want struct {
		Identity collection.Digest `json:"identity"`
		Edition  collection.Digest `json:"edition"`
		Before   []label.Rank      `json:"before"`
		After    []label.Rank      `json:"after"`
	} `json:"want"`
}

type sharedKey struct {
	User hexed `json:"user"` // empty for the authority
	Key  hexed `json:"key"`  // COSE_Key
}

type hexed []byte

func (h hexed) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

func (h *hexed) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

func readShares(t *testing.T, file string) (shares []share) {
	t.Helper()
	must0(t, json.Unmarshal(must(os.ReadFile(file))(t), &shares))
	if len(shares) != 3 {
		t.Fatalf("%d shares in %s", len(shares), file)
	}
	return shares
}

// verify does with a share all that a recipient does.
func (s share) verify(t *testing.T) {
	var ring signature.Keyring
	for _, k := range s.Keys {
		key := must(signature.ParsePublicKey(k.Key))(t)
		if len(k.User) == 0 {
			must0(t, ring.AddAuthority(key))
		} else {
			must0(t, ring.Trust([16]byte(k.User), key))
		}
	}
	c := must(collection.Decode(s.Collection))(t)
	if again := must(c.MarshalBinary())(t); !slices.Equal(again, s.Collection) {
		t.Errorf("%x is written as %x", s.Collection, again)
	}
	must0(t, c.Validate())
	checker := collection.Checker{Verifier: &ring, Memory: new(collection.MemoryMap)}
	v := must(checker.Verify(ctx, c))(t)
	if c.Identity() != s.Want.Identity || c.EditionDigest() != s.Want.Edition {
		t.Errorf("identity %v, edition %v", c.Identity(), c.EditionDigest())
	}
	wantLabels(t, v, s.Want.Before...)
	mine := must(collection.Blind(c.ID(), [16]byte(s.Address.R), s.Address.Text))(t)
	if !c.HasAddress(mine) || !v.Collection().MayRead([16]byte(s.Address.User)) {
		t.Error("the address is not there, or not resolved")
	}
	v, changed, err := v.Apply(ctx, must(collection.DecodeUpdate(s.Update))(t))
	if err != nil || !changed {
		t.Fatal(changed, err)
	}
	wantLabels(t, v, s.Want.After...)

	var word signature.KeyStatement
	must0(t, word.UnmarshalBinary(s.Word))
	must0(t, ring.Add(ctx, word))
}

// TestSharesFromNode verifies what the JavaScript implementation has made.
func TestSharesFromNode(t *testing.T) {
	file := interop + "node.json"
	if other := os.Getenv(fromNode); other != "" {
		file = other
	}
	for _, s := range readShares(t, file) {
		t.Run(s.Name, s.verify)
	}
}

// TestSharesForNode makes what the JavaScript implementation verifies, and checks
// that it is what was made before but for the randomness of seals.
func TestSharesForNode(t *testing.T) {
	var made []share
	for _, kind := range []label.Kind{label.Flag, label.Boolean, label.Degree} {
		made = append(made, makeShare(t, kind))
		t.Run(made[kind].Name, made[kind].verify)
	}
	if file := os.Getenv(sharesTo); file != "" {
		must0(t, os.WriteFile(file, append(must(json.MarshalIndent(made, "", " "))(t), '\n'), 0o644))
		return
	}
	for i, s := range readShares(t, interop+"go.json") {
		s.verify(t)
		if !reflect.DeepEqual(s.Want, made[i].Want) || !reflect.DeepEqual(s.Keys, made[i].Keys) {
			t.Errorf("%s: go.json is out of date", s.Name)
		}
	}
}

// signersForNode has the three keys of testdata, which change places.
func signersForNode(t *testing.T, by label.Kind) (annas, cleos, hubs *signature.Signer) {
	t.Helper()
	signers := make([]*signature.Signer, 3)
	for i, name := range []string{"ed25519.pem", "p256.pem", "rsa2048.pem"} {
		data := must(os.ReadFile("../../signature/testdata/keys/" + name))(t)
		signers[(i+3-int(by))%3] = must(signature.NewSigner(must(signature.ParsePrivateKey(data, nil))(t), rand.Reader))(t)
	}
	return signers[0], signers[1], signers[2]
}

func makeShare(t *testing.T, kind label.Kind) (s share) {
	t.Helper()
	annas, cleos, hubs := signersForNode(t, kind)
	w := &world{tb: t, people: map[string]*signature.Signer{"anna": annas, "cleo": cleos, "hub": hubs}}
	h, b := w.header(), w.body()
	h.ID, b.Kind = collection.ID{byte(kind) + 1}, kind
	r := [16]byte{8}
	mine := must(collection.Blind(h.ID, r, "ben@example.org"))(t)
	b.Addresses = []collection.Address{mine}
	for i := range 60 {
		b.Items = append(b.Items, collection.Item{ID: collection.DeriveItemID(h.ID, []byte{byte(i)})})
	}
	c := must(w.seal(must(collection.New(h, b))(t)).CoSign(ctx, hubs, noon))(t)
	c = must(c.Resolve(ctx, hubs, mine, dora, later))(t)
	c = w.withMore(c)

	s.Name = "go " + kind.String()
	s.Keys = []sharedKey{{anna[:], coseKey(t, annas)}, {cleo[:], coseKey(t, cleos)}, {hexed{}, coseKey(t, hubs)}}
	s.Collection = must(c.MarshalBinary())(t)
	u := w.say("cleo", must(c.CompleteAll(cleo))(t), nil)
	s.Update = must(u.MarshalBinary())(t)
	word := signature.KeyStatement{User: cleo, Key: cleos.Public(), From: noon, Until: noon.AddDate(1, 0, 0), Issued: noon}
	s.Word = must(must(word.Sign(ctx, hubs))(t).MarshalBinary())(t)
	s.Address.R, s.Address.Text, s.Address.User = r[:], "ben@example.org", dora[:]
	s.Want.Identity, s.Want.Edition, s.Want.Before = c.Identity(), c.EditionDigest(), ranks(c)
	s.Want.After = ranks(w.with(c, u))
	return s
}

func coseKey(t *testing.T, s *signature.Signer) []byte {
	t.Helper()
	return must(s.Public().MarshalBinary())(t)
}

// withMore applies updates of every role, in runs and packed.
func (w *world) withMore(c collection.Collection) collection.Collection {
	w.tb.Helper()
	var some, last []collection.ItemID
	for i := range c.Len() {
		id, _ := c.At(i)
		if i%3 == 0 || i%7 == 0 {
			some = append(some, id)
		}
		if i > 50 {
			last = append(last, id)
		}
	}
	c = w.with(c, w.say("cleo", must(c.Complete(cleo, some...))(w.tb), nil))
	if c.Kind() == label.Degree {
		c = w.with(c, w.say("cleo", must(c.Advance(cleo, 1, last...))(w.tb), nil))
	}
	u, err := c.TakeBack(hub, last[:5]...)
	c = w.with(c, w.say("hub", u, err))
	u, err = c.Withdraw(boat, last[0])
	must0(w.tb, err)
	return w.with(c, w.sealUpdate("anna", u, time.Time{}))
}

func ranks(c collection.Collection) (all []label.Rank) {
	for _, rank := range c.Items() {
		all = append(all, rank)
	}
	return all
}
