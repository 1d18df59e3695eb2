package engine

import (
	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// Rules are what distinguishes one station from another. They do not change
// while it runs.
type Rules struct {
	// Authority is the station's own key as an authority; zero: it validates
	// nothing.
	Authority collection.KeyID
	// RequiredFromDevice and RequiredFromPeer say how many versions, the smallest first, a share
	// must bring. Those beyond the ladder do not count.
	RequiredFromDevice, RequiredFromPeer int
	// Notifies says that the station sends notifications.
	Notifies bool
	// Link is the base of the links in notifications.
	Link string
	// MaxFailedProbes is how many probes of a source in a row must fail before what it
	// serves counts as lost.
	MaxFailedProbes int
	// Key is a peer's own key: see rule 16. Zero: it says nothing again.
	Key collection.KeyID
	// Own is a peer's own user and URL: what it serves itself it vouches for
	// in collections that name no authority. Zero: it vouches for nothing.
	Own transport.Source
}

// State is what a station knows of one collection. The zero State is that of a
// collection it has never met. States share memory with those they came from
// and must not be changed.
type State struct {
	// Collection is what was agreed on. All its seals have been verified.
	Collection collection.Collection
	// Sealed says that the author's seal over the edition is there.
	Sealed bool
	// Held and Asked hold a set of items per version: what is stored here, and
	// what was asked for and has not come.
	Held  []transport.Bits
	Asked []transport.Bits
	// Sources are the stations that serve complete versions, as announced and
	// checked.
	Sources []transport.Source
	// Quiet says that a peer has said something of the collection, and shares it
	// later.
	Quiet bool
	// Notifier is who sends the notifications, as the last share says; Notifies, that
	// this station does although it is no hub.
	Notifier Notifier
	Notifies bool
	// Edited says that title, captions or the like have changed, and the
	// recipients have not been told.
	Edited bool
	// Notified is the availability that the recipients were told of last, and
	// NotifiedLabelled and NotifiedWithdrawn the numbers of labels and of items that were
	// withdrawn then; zero if they have not been told anything.
	Notified                            collection.Digest
	NotifiedLabelled, NotifiedWithdrawn int
	// News counts the notifications.
	News uint64
	// Wants is what other peers are asked for.
	Wants []Want
	// Failures are the sources whose last probes failed.
	Failures []Failure
	// Unchecked are sources, with those of their items that count as served on the
	// author's word alone. LettersDue says that of what was told on it, nothing has been
	// written in letters.
	Unchecked  []transport.Source
	LettersDue bool
	// OnItsWay is the author's word that has gone to the hub and was not answered yet, in its
	// binary form: whatever else the station's own key says must say that too.
	OnItsWay []byte

	lost      transport.Bits        // what the authority is about to take back
	before    collection.Collection // of a word that is taken back at once: nobody has seen it
	more      bool                  // labels wait for more of an upload: see Stored
	confirmed transport.Bits        // what the author alone has said, and the authority is about to
}

// Notifier is who sends notifications.
type Notifier uint8

// The notifiers. A device is seldom there: it notifies once.
const (
	HubNotifies    Notifier = iota
	DeviceNotifies          // the first notification, and the hub all others
	PeerNotifies            // all of them
)

// notifier is who notifies by a share.
func notifier(share transport.Share) Notifier {
	switch {
	case !share.Notifies:
		return HubNotifies
	case share.From == transport.Peer:
		return PeerNotifies
	}
	return DeviceNotifies
}

// Known reports whether the station has met the collection.
func (s State) Known() bool { return !s.Collection.ID().IsZero() }

// isDraft reports whether nobody has sealed the edition. Where the author's key
// was revoked, the authority's seal stands, and so does all that was said.
func (s State) isDraft() bool {
	return !s.Sealed && len(s.Collection.Header().AuthoritySeal) == 0
}

// Complete is the set of the items without a label.
func (s State) Complete() transport.Bits { return s.itemsThat(label.Rank.Complete) }

// itemsThat is the set of the items whose ranks are so.
func (s State) itemsThat(are func(label.Rank) bool) transport.Bits {
	b := make(transport.Bits, 0, (s.Collection.Len()+7)/8)
	i := 0
	for _, rank := range s.Collection.Items() {
		if are(rank) {
			b = b.Add(i)
		}
		i++
	}
	return b
}

// served is the set of the items whose complete version has a source.
func (s State) served() transport.Bits {
	var b transport.Bits
	for _, source := range s.Sources {
		b = b.Or(source.Items)
	}
	return b
}

// Holds reports whether a version of an item is stored here.
func (s State) Holds(item, version int) bool { return column(s.Held, version).Has(item) }

// HeldOf is the set of the items of which a version is stored here.
func (s State) HeldOf(version int) transport.Bits { return column(s.Held, version) }

// last is the place of the complete version in the ladder.
func (s State) last() int { return len(s.Collection.Ladder()) - 1 }

// column is the set of one version; empty where there is none.
func column(sets []transport.Bits, version int) transport.Bits {
	if version < len(sets) {
		return sets[version]
	}
	return nil
}

// mergeColumns is the union, and lessColumns the difference, of two lists of
// sets, version by version.
func mergeColumns(a, b []transport.Bits) []transport.Bits {
	return eachColumn(a, b, transport.Bits.Or)
}

func lessColumns(a, b []transport.Bits) []transport.Bits {
	return eachColumn(a, b, transport.Bits.Without)
}

func eachColumn(a, b []transport.Bits, op func(a, b transport.Bits) transport.Bits) []transport.Bits {
	out := make([]transport.Bits, max(len(a), len(b)))
	for v := range out {
		out[v] = op(column(a, v), column(b, v)).Trim()
	}
	return trimColumns(out)
}

// trimColumns drops the empty sets at the end.
func trimColumns(sets []transport.Bits) []transport.Bits {
	n := len(sets)
	for n > 0 && sets[n-1].IsEmpty() {
		n--
	}
	return sets[:n]
}

// Event is something that happened to a collection.
type Event interface{ event() }

// Shared: somebody shares the collection.
type Shared struct {
	By         collection.UserID     // who, as authenticated
	Collection collection.Collection // all seals that are there are verified
	Sealed     bool                  // the author's seal is one of them
	Share      transport.Share       // the rest of the message
	// Held is what this station stores of the author's versions now, and
	// Complete and Sources say which items are complete in other collections of
	// the author, with the same digest, and who serves them.
	Held     []transport.Bits
	Complete transport.Bits
	Sources  []transport.Source
}

// Stored: versions have become durable here, and all that are alike with them. More says
// that others of the same upload follow at once, for which the labels wait.
type Stored struct {
	Versions []transport.Bits
	More     bool
}

// Sealed: the author's seal over the edition came and is verified.
type Sealed struct{ Collection collection.Collection }

// Announced: complete versions are served by somebody who may complete, and
// were checked.
type Announced struct{ Source transport.Source }

// Vouched: a station of the author's serves complete versions, and the author says so
// itself: Collection has an update by the author that takes their labels off. Its seals
// are verified; what is served is not checked yet. See [State.TakesWord].
type Vouched struct {
	Source     transport.Source
	Collection collection.Collection
}

// Falsified: a source does not serve what the author has vouched for.
type Falsified struct{ Source transport.Source }

// Said: the station's own word is on its way. It is not taken before the hub has.
type Said struct{ Word []byte }

// Heard: that word was answered, unless another one is on its way by now.
type Heard struct{ Word []byte }

// Updated: availability, or an edition, changed elsewhere, or the collection is
// met there. It has the author's seal, and all its seals are verified. Sources
// are news, if there is any, of who serves.
type Updated struct {
	Collection collection.Collection
	Sources    []transport.Source
}

func (Shared) event()    {}
func (Stored) event()    {}
func (Sealed) event()    {}
func (Announced) event() {}
func (Vouched) event()   {}
func (Falsified) event() {}
func (Updated) event()   {}
func (Said) event()      {}
func (Heard) event()     {}

// Effect is something for the shell to do.
type Effect interface{ effect() }

// Validate: seal the update with the authority's key, and step [Updated] with
// the collection that has it, before anything is stored.
type Validate struct{ Update collection.Update }

// CoSign: seal the edition with the authority's key, likewise.
type CoSign struct{}

// Notify: store a notification for each recipient, together with the state, and
// a letter for each blinded address that nobody has become the user of.
type Notify struct {
	To           []collection.UserID  `cbor:"1,keyasint,omitempty"`
	Addresses    []collection.Address `cbor:"2,keyasint,omitempty"`
	Notification notify.Notification  `cbor:"3,keyasint"`
	Availability collection.Digest    `cbor:"4,keyasint"`
	Seq          uint64               `cbor:"5,keyasint"`
	// NoLetters says that no letters are written: nothing but levels of labels has
	// changed, or the author's word is not checked yet.
	NoLetters bool `cbor:"6,keyasint,omitempty"`
	// Apart says that nothing else is told together with it: it is for these users alone.
	Apart bool `cbor:"7,keyasint,omitempty"`
}

// Spread: step [Announced] in the author's other collections that hold one of
// the items.
type Spread struct{ Source transport.Source }

// Reply: answer whoever caused the event.
type Reply struct{ Answer transport.Answer }

func (Validate) effect() {}
func (CoSign) effect()   {}
func (Notify) effect()   {}
func (Spread) effect()   {}
func (Reply) effect()    {}
