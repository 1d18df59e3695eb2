package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Parts is a state as it is stored: values by names, so that a step changes those only
// that it is about. The one without a name is the head; names are as parts of a
// transport.Store's keys are. A small state is its head alone, which holds the others:
// a record costs a store more than its few bytes.
//
//	            flags: the head
//	m/N         the collection's manifest, in pieces
//	u/N         what is said of it: seals, updates, resolved addresses, likewise
//	hV/N aV/N   held and asked items of version V: pages of sets
//	p/N         pending originals, likewise
//	sI sI/N     source I, and the pages of the items that it serves
//	w f n       wants, failures, unchecked sources
//	o/N         the author's word that is on its way, likewise
type Parts map[string][]byte

// How long the pieces of parts are, in bytes. A page is a small one: one item more or
// less of a set is one page.
const (
	pieceSize = 256 << 10
	pageSize  = 16
	maxPages  = 1 << 20
)

// How many bytes the parts of a small state are together, and how many there are at most:
// no more than a message has in a map.
const (
	maxSmall      = 4 << 10
	maxSmallParts = 32
)

// flags is the head.
type flags struct {
	Sealed   bool      `cbor:"1,keyasint,omitempty"`
	Notifier Notifier  `cbor:"2,keyasint,omitempty"`
	Notifies bool      `cbor:"3,keyasint,omitempty"`
	Edited   bool      `cbor:"4,keyasint,omitempty"`
	Quiet    bool      `cbor:"5,keyasint,omitempty"`
	Last     *lastWord `cbor:"6,keyasint,omitempty"` // nil = there was none
	Parts    Parts     `cbor:"7,keyasint,omitempty"` // all others, of a small state
	Letters  bool      `cbor:"8,keyasint,omitempty"` // are due
}

// lastWord is what the recipients were told of last.
type lastWord struct {
	Notified  collection.Digest `cbor:"1,keyasint"`
	Labelled  int               `cbor:"2,keyasint,omitempty"`
	News      uint64            `cbor:"3,keyasint,omitempty"`
	Withdrawn int               `cbor:"4,keyasint,omitempty"`
}

// Parts returns the parts of a state.
func (s State) Parts() (Parts, error) {
	p, err := s.others()
	head := flags{Sealed: s.Sealed, Notifier: s.Notifier, Notifies: s.Notifies, Edited: s.Edited, Quiet: s.Quiet, Letters: s.LettersDue}
	if s.News > 0 || !s.Notified.IsZero() {
		head.Last = &lastWord{s.Notified, s.NotifiedLabelled, s.News, s.NotifiedWithdrawn}
	}
	if len(p) <= maxSmallParts && p.size() <= maxSmall {
		p, head.Parts = Parts{}, p
	}
	return p, p.put("", head, err)
}

// others returns the parts besides the head.
func (s State) others() (Parts, error) {
	manifest, said, err := s.Collection.MarshalParts()
	if err != nil {
		return nil, err
	}
	p := Parts{}
	p.cut("m", manifest)
	p.cut("u", said)
	p.cut("o", s.OnItsWay)
	for v := range trimColumns(s.Held) {
		p.page("h"+strconv.Itoa(v), s.Held[v])
	}
	for v := range trimColumns(s.Asked) {
		p.page("a"+strconv.Itoa(v), s.Asked[v])
	}
	for i, source := range s.Sources {
		name := "s" + strconv.Itoa(i)
		p.page(name, source.Items)
		source.Items = nil
		err = p.put(name, source, err)
	}
	if len(s.Wants) > 0 {
		err = p.put("w", s.Wants, err)
	}
	if len(s.Failures) > 0 {
		err = p.put("f", s.Failures, err)
	}
	if len(s.Unchecked) > 0 {
		err = p.put("n", s.Unchecked, err)
	}
	return p, err
}

// size is how many bytes the parts are, with their names.
func (p Parts) size() int {
	n := 0
	for name, value := range p {
		n += len(name) + len(value)
	}
	return n
}

// put encodes a value, unless something has failed before.
func (p Parts) put(name string, value any, err error) error {
	if err == nil {
		p[name], err = transport.Encode(value)
	}
	return err
}

// cut puts data in pieces.
func (p Parts) cut(name string, data []byte) {
	n := 0
	for piece := range slices.Chunk(data, pieceSize) {
		p[name+"/"+strconv.Itoa(n)] = piece
		n++
	}
}

// page puts a set in pages, but for those that are empty.
func (p Parts) page(name string, set transport.Bits) {
	n := 0
	for piece := range slices.Chunk(set, pageSize) {
		if page := piece.Trim(); len(page) > 0 {
			p[name+"/"+strconv.Itoa(n)] = page
		}
		n++
	}
}

// IsSmall reports whether a head is all that is stored of its state.
func IsSmall(head []byte) bool {
	f, err := transport.Decode[flags](head)
	return err == nil && f.Parts != nil
}

// StateOf returns the state of which these are the parts. The collection's seals are not
// looked at; whoever loads a state verifies it again, since a key may have been
// revoked. An error wraps transport.ErrStorage.
func StateOf(p Parts) (State, error) {
	s, err := p.state()
	if err != nil {
		return State{}, fmt.Errorf("%w: %w", transport.ErrStorage, err)
	}
	return s, nil
}

func (p Parts) state() (s State, err error) {
	f, p, err := p.open()
	if err != nil {
		return s, err
	}
	whole, err := p.join()
	if err != nil {
		return s, err
	}
	if s.Collection, err = collection.DecodeParts(whole["m"], whole["u"]); err != nil {
		return s, err
	}
	s.OnItsWay = whole["o"]
	for v := range s.Collection.Ladder() {
		s.Held = append(s.Held, whole["h"+strconv.Itoa(v)])
		s.Asked = append(s.Asked, whole["a"+strconv.Itoa(v)])
	}
	s.Held, s.Asked = trimColumns(s.Held), trimColumns(s.Asked)
	for i := 0; p["s"+strconv.Itoa(i)] != nil; i++ {
		name := "s" + strconv.Itoa(i)
		source := get[transport.Source](p, name, &err)
		source.Items = whole[name]
		s.Sources = append(s.Sources, source)
	}
	s.Sealed, s.Notifier, s.Notifies, s.Edited, s.Quiet, s.LettersDue = f.Sealed, f.Notifier, f.Notifies, f.Edited, f.Quiet, f.Letters
	if t := f.Last; t != nil {
		s.Notified, s.NotifiedLabelled, s.News, s.NotifiedWithdrawn = t.Notified, t.Labelled, t.News, t.Withdrawn
	}
	s.Wants, s.Failures = get[[]Want](p, "w", &err), get[[]Failure](p, "f", &err)
	s.Unchecked = get[[]transport.Source](p, "n", &err)
	return s, err
}

// open returns what the head says, and the other parts.
func (p Parts) open() (head flags, others Parts, err error) {
	head, err = transport.Decode[flags](p[""])
	if err != nil || head.Parts == nil {
		return head, p, err
	}
	if len(p) > 1 {
		err = fmt.Errorf("%d parts beside those in the head", len(p)-1)
	}
	return head, head.Parts, err
}

// get decodes a part that is there, unless something has failed before.
func get[T any](p Parts, name string, err *error) (value T) {
	if data, ok := p[name]; ok && *err == nil {
		value, *err = transport.Decode[T](data)
	}
	return value
}

// join puts what is in pieces or pages together again.
func (p Parts) join() (map[string][]byte, error) {
	whole := map[string][]byte{}
	for key, piece := range p {
		name, number, ok := strings.Cut(key, "/")
		if !ok {
			continue
		}
		size, most := pageSize, maxPages
		if name == "m" || name == "u" || name == "o" {
			size, most = pieceSize, len(p) // there is none without those before it
		}
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 || n >= most || len(piece) > size {
			return nil, fmt.Errorf("part %q", key)
		}
		data := whole[name]
		if more := n*size + len(piece) - len(data); more > 0 {
			data = append(data, make([]byte, more)...)
		}
		copy(data[n*size:], piece)
		whole[name] = data
	}
	return whole, nil
}

// Stored is s as StateOf returns it: without what lasts for one step only.
func (s State) Stored() State {
	s.lost, s.more, s.confirmed = nil, false, nil
	return s
}
