package engine

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// failer is what rapid's T and testing's have in common.
type failer interface {
	Helper()
	Fatal(args ...any)
}

func partsOf(t failer, s State) Parts {
	t.Helper()
	p, err := s.Parts()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// taken is the parts of a state with those that a head holds beside it.
func taken(t failer, p Parts) Parts {
	t.Helper()
	head, err := transport.Decode[flags](p[""])
	if err != nil {
		t.Fatal(err)
	}
	all := maps.Clone(p)
	maps.Copy(all, head.Parts)
	head.Parts = nil
	if err := all.put("", head, nil); err != nil {
		t.Fatal(err)
	}
	return all
}

// restored is a state as it is after it was stored and loaded.
func restored(t failer, s State) State {
	t.Helper()
	back, err := StateOf(partsOf(t, s))
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// changed names the parts that are not the same in both.
func changed(a, b Parts) []string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	var names []string
	for name := range all {
		old, before := a[name]
		now, after := b[name]
		if before != after || string(old) != string(now) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// drawSet draws a set of some of n items.
func drawSet(n int, name string) *rapid.Generator[transport.Bits] {
	return rapid.Custom(func(t *rapid.T) transport.Bits {
		places := rapid.SliceOfN(rapid.IntRange(0, n-1), 0, 20).Draw(t, name)
		return transport.BitsOf(places...).Trim()
	})
}

// drawSets draws a set per version, as a state has them.
func drawSets(t *rapid.T, n, versions int, name string) []transport.Bits {
	return trimColumns(rapid.SliceOfN(drawSet(n, name), 0, versions).Draw(t, name))
}

// drawState draws a state of a collection. Whether it can come to be does not matter.
func drawState(t *rapid.T, c collection.Collection) State {
	n, versions := c.Len(), len(c.Ladder())
	is := rapid.Bool()
	s := State{
		Collection: c, Sealed: is.Draw(t, "sealed"), Notifies: is.Draw(t, "notifies"), Edited: is.Draw(t, "edited"), Quiet: is.Draw(t, "quiet"),
		Held: drawSets(t, n, versions, "held"), Asked: drawSets(t, n, versions, "asked"),
		Notifier: rapid.SampledFrom([]Notifier{HubNotifies, DeviceNotifies, PeerNotifies}).Draw(t, "notifier"),
		News:     rapid.Uint64Range(0, 3).Draw(t, "news"),
		OnItsWay: rapid.SampledFrom([][]byte{nil, []byte("a word"), make([]byte, pieceSize+1)}).Draw(t, "on its way"),
	}
	if s.News > 0 {
		s.Notified, s.NotifiedLabelled = c.EditionDigest(), rapid.IntRange(0, n).Draw(t, "labelled")
	}
	for i := range rapid.IntRange(0, 12).Draw(t, "sources") {
		s.Sources = append(s.Sources, transport.Source{User: collection.UserID{byte(i)}, URL: fmt.Sprint(i), Items: drawSet(n, "source").Draw(t, "source")})
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "wants") {
		s.Wants = append(s.Wants, Want{URL: fmt.Sprint(i), Versions: []transport.Bits{transport.BitsOf(i)}})
		s.Failures = append(s.Failures, Failure{URL: fmt.Sprint(i), Items: transport.BitsOf(i), Times: i + 1})
	}
	return s
}

// same compares two states: sets that are empty are equal.
func same(a, b State) bool {
	if !a.Collection.Equal(b.Collection) || !sameSets(a.Held, b.Held) || !sameSets(a.Asked, b.Asked) ||
		len(a.Sources) != len(b.Sources) {
		return false
	}
	for i, source := range a.Sources {
		other := b.Sources[i]
		if source.User != other.User || source.URL != other.URL || string(source.Items) != string(other.Items) {
			return false
		}
	}
	a.Collection, a.Held, a.Asked, a.Sources = b.Collection, b.Held, b.Asked, b.Sources
	return reflect.DeepEqual(a, b)
}

// TestParts: a state that is taken apart is the same when it is put together, its parts
// are always the same ones, and their names are as a store's keys.
func TestParts(t *testing.T) {
	whole := map[int]collection.Collection{}
	for _, n := range []int{1, 30, 300, 3000} {
		whole[n] = sealedDraft(t, n)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := drawState(t, whole[rapid.SampledFrom([]int{1, 30, 300, 3000}).Draw(t, "items")])
		parts := partsOf(t, s)
		all := taken(t, parts)
		small := len(all) <= maxSmallParts+1 && all.size() <= maxSmall+len(all[""])
		if IsSmall(parts[""]) != small || (len(parts) == 1) != small {
			t.Errorf("%d parts of %d bytes are stored as %d", len(all), all.size(), len(parts))
		}
		if other, err := StateOf(all); err != nil || !same(s, other) {
			t.Errorf("of all parts: %+v, %v", other, err)
		}
		for name, value := range parts {
			if name != "" && !transport.ValidKey(name) || len(value) > transport.MaxValue {
				t.Errorf("part %q of %d bytes", name, len(value))
			}
		}
		back := restored(t, s)
		if !same(s, back) {
			t.Errorf("stored %+v, loaded %+v", s, back)
		}
		if names := changed(parts, partsOf(t, back)); len(names) > 0 {
			t.Errorf("stored again, others are %v", names)
		}
	})
}

// TestOneItemIsOnePage: one more held item changes one page, of a few bytes, and
// nothing else.
func TestOneItemIsOnePage(t *testing.T) {
	c := sealedDraft(t, 3000)
	rapid.Check(t, func(t *rapid.T) {
		s := drawState(t, c)
		version, item := rapid.IntRange(0, s.last()).Draw(t, "version"), rapid.IntRange(0, 2999).Draw(t, "item")
		next := s
		next.Held = mergeColumns(s.Held, append(make([]transport.Bits, version), transport.BitsOf(item)))
		before, after := partsOf(t, s), partsOf(t, next)
		names := changed(before, after)
		if s.Holds(item, version) && len(names) == 0 {
			return
		}
		if len(names) != 1 || !strings.HasPrefix(names[0], fmt.Sprintf("h%d/", version)) || len(after[names[0]]) > pageSize {
			t.Errorf("changed: %v", names)
		}
	})
}

// TestManifestStays: what is said of a collection, and who serves it, leaves its manifest
// as it is, and a manifest of many bytes is in several pieces.
func TestManifestStays(t *testing.T) {
	s, _ := run(t, rules, State{}, fromDevice(sealedDraft(t, 3000), true), Stored{Versions: sets(transport.AllBits(3000))})
	next, _ := run(t, rules, s, Announced{source(7)})
	if n := len(partsOf(t, s)["m/0"]); n != pieceSize || partsOf(t, s)["m/1"] == nil {
		t.Errorf("the first piece has %d bytes", n)
	}
	for _, name := range changed(partsOf(t, s), partsOf(t, next)) {
		if strings.HasPrefix(name, "m") || strings.HasPrefix(name, "h") || strings.HasPrefix(name, "a") {
			t.Errorf("an announcement changes %s", name)
		}
	}
}

// refused expects that parts are no state.
func refused(t *testing.T, what string, p Parts) {
	t.Helper()
	if _, err := StateOf(p); !errors.Is(err, transport.ErrStorage) {
		t.Errorf("%s: %v", what, err)
	}
}

// TestDamagedParts: parts that are missing, cut or none are an error, whatever a
// name says of their size.
func TestDamagedParts(t *testing.T) {
	s, _ := run(t, rules, told(t), Announced{source(0, 2)})
	for what, damage := range map[string]func(Parts){
		"no manifest":     func(p Parts) { delete(p, "m/0") },
		"a cut manifest":  func(p Parts) { p["m/0"] = p["m/0"][:9] },
		"nothing is said": func(p Parts) { delete(p, "u/0") },
		"another source":  func(p Parts) { p["s0"] = []byte{} },
		"another want":    func(p Parts) { p["w"] = []byte{1} },
		"no number":       func(p Parts) { p["h0/x"] = []byte{1} },
		"a page too far":  func(p Parts) { p["h0/9999999"] = []byte{1} },
		"a piece too far": func(p Parts) { p["m/1048576"] = []byte{1} },
		"a page too long": func(p Parts) { p["h0/0"] = make([]byte, pageSize+1) },
	} {
		p := taken(t, partsOf(t, s))
		damage(p)
		refused(t, what, p)
		delete(p, "")
		refused(t, what+", and no head", p)
		head := Parts{}
		check(t, head.put("", flags{Parts: p}, nil))
		refused(t, what+" in a head", head)
	}
	head := partsOf(t, s)[""]
	refused(t, "another head", Parts{"": {0xff}})
	refused(t, "a cut head", Parts{"": head[:len(head)-1]})
	refused(t, "a part beside those in the head", Parts{"": head, "w": {}})
	if IsSmall(head[:len(head)-1]) {
		t.Error("a cut head is all of a state")
	}
}

// FuzzState: a state of whatever parts is the same when it is stored and loaded.
func FuzzState(f *testing.F) {
	for _, n := range []int{0, 3} {
		s, _ := run(f, rules, State{}, fromDevice(sealedDraft(f, n), true), Stored{Versions: sets(transport.AllBits(n))})
		p := taken(f, partsOf(f, s))
		f.Add(p[""], p["m/0"], p["u/0"], p["h0/0"], p["a0/0"], p["w"], p["f"], false)
		f.Add(partsOf(f, s)[""], p["m/0"], p["u/0"], p["h0/0"], p["a0/0"], p["w"], p["f"], true)
	}
	f.Fuzz(func(t *testing.T, head, manifest, said, held, asked, wants, failures []byte, alone bool) {
		p := Parts{"": head, "m/0": manifest, "u/0": said, "h0/0": held, "a0/0": asked}
		for name, value := range map[string][]byte{"w": wants, "f": failures} {
			if len(value) > 0 {
				p[name] = value
			}
		}
		if alone {
			p = Parts{"": head}
		}
		s, err := StateOf(p)
		if err != nil {
			return
		}
		if back := restored(t, s); !reflect.DeepEqual(partsOf(t, s), partsOf(t, back)) {
			t.Errorf("%+v is stored and loaded as %+v", s, back)
		}
	})
}
