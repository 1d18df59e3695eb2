package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
)

// listed is how many items or runs a vector lists; of more there is the SHA-256.
const listed = 64

// wanted is what a decoder finds in a collection.
type wanted struct {
	Identity      string                       `json:"identity"`
	EditionDigest string                       `json:"edition_digest"`
	ID            string                       `json:"id"`
	Author        string                       `json:"author"`
	Authority     string                       `json:"authority,omitempty"`
	Created       uint64                       `json:"created,omitempty"` // milliseconds
	Kind          string                       `json:"kind"`
	Ladder        []version                    `json:"ladder"`
	Len           int                          `json:"len"`
	Items         []string                     `json:"items,omitempty"`
	ItemsSHA256   string                       `json:"items_sha256"`
	Labels        [][2]uint32                  `json:"labels,omitempty"` // runs: rank, number of items
	LabelsSHA256  string                       `json:"labels_sha256"`    // of four bytes a rank, big endian
	Labelled      int                          `json:"labelled"`
	Recipients    []string                     `json:"recipients,omitempty"`
	Addresses     []string                     `json:"addresses,omitempty"`
	Completers    []string                     `json:"completers,omitempty"`
	Subs          []string                     `json:"subs,omitempty"` // author, slash, id
	Edition       uint64                       `json:"edition,omitempty"`
	Title         string                       `json:"title,omitempty"`
	Captions      map[string]string            `json:"captions,omitempty"` // by number of the item
	Types         map[string]string            `json:"types,omitempty"`    // by number of the item
	Metadata      map[string]string            `json:"metadata,omitempty"`
	Hints         *hints                       `json:"hints,omitempty"`
	Digests       map[string]map[string]string `json:"digests,omitempty"`  // by version, by number of the item
	Previews      map[string]string            `json:"previews,omitempty"` // by number of the item, unless it is withdrawn
	AuthorSeal    string                       `json:"author_seal,omitempty"`
	AuthoritySeal string                       `json:"authority_seal,omitempty"`
	Updates       []wantedUpdate               `json:"updates,omitempty"`
	Readers       []string                     `json:"readers,omitempty"`  // by resolved address
	Accepted      []string                     `json:"accepted,omitempty"` // those of them who may read complete versions
	Replaces      []string                     `json:"replaces,omitempty"`
	Ends          []wantedEnd                  `json:"ends,omitempty"`
}

// wantedUpdate is what a decoder finds in an update.
type wantedUpdate struct {
	Identity     string      `json:"identity"`
	Kind         string      `json:"kind"`
	Len          int         `json:"len"`
	Issuer       string      `json:"issuer"`
	Issued       uint64      `json:"issued,omitempty"` // seconds
	Seal         string      `json:"seal,omitempty"`
	Labels       [][2]uint32 `json:"labels,omitempty"`
	LabelsSHA256 string      `json:"labels_sha256"`
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func (d *document) want() *wanted {
	ids := expand(d.items)
	w := &wanted{
		Identity: sum(expand(d.fixed().encode())), EditionDigest: sum(expand(d.edition().encode())),
		ID: hex.EncodeToString(d.id), Author: hex.EncodeToString(d.author), Authority: hex.EncodeToString(d.authority),
		Created: d.created, Kind: kindNames[d.kind], Ladder: d.ladder, Len: d.n,
		ItemsSHA256: sum(ids), Recipients: all(d.recipients), Addresses: all(d.addresses), Completers: all(d.completers),
		Edition: d.number, Title: d.title, Captions: numbered(d.captions), Types: map[string]string{}, Metadata: map[string]string{},
		Digests:    map[string]map[string]string{},
		AuthorSeal: hex.EncodeToString(d.authorSeal.bytes), AuthoritySeal: hex.EncodeToString(d.authoritySeal.bytes),
	}
	if w.Ladder == nil {
		w.Ladder = defaultLadder
	}
	if d.n <= listed {
		w.Items = all(cut(ids, 16))
	}
	for _, sub := range d.subs {
		w.Subs = append(w.Subs, fmt.Sprintf("%x/%x", sub[:16], sub[16:]))
	}
	w.Replaces = all(d.replaces)
	for _, s := range d.ends {
		w.Ends = append(w.Ends, d.end(s).want())
	}
	d.wantEdition(w)
	d.wantPreviews(w)
	w.wantLabels(d.state())
	w.Updates = d.wantUpdates(w.Identity)
	for _, r := range d.resolutions {
		w.Readers = append(w.Readers, hex.EncodeToString(r.user))
		accepts := func(a resolution) bool { return bytes.Equal(a.address, r.address) && bytes.Equal(a.user, r.user) }
		if slices.ContainsFunc(d.acceptances, accepts) {
			w.Accepted = append(w.Accepted, hex.EncodeToString(r.user))
		}
	}
	return w
}

func (d *document) wantEdition(w *wanted) {
	if d.n <= listed {
		for i, name := range d.types {
			if name != "" {
				w.Types[fmt.Sprint(i)] = name
			}
		}
	}
	for _, e := range d.metadata {
		w.Metadata[e.key] = e.value
	}
	if d.hints != (hints{}) {
		w.Hints = &d.hints
	}
	for v, column := range d.digests {
		known := map[string]string{}
		for i, digest := range cut(expand(column), 32) {
			if !bytes.Equal(digest, make([]byte, 32)) && d.n <= listed {
				known[fmt.Sprint(i)] = hex.EncodeToString(digest)
			}
		}
		w.Digests[fmt.Sprint(v)] = known
	}
}

func (d *document) wantPreviews(w *wanted) {
	w.Previews = map[string]string{}
	left := expand(d.previews.pictures)
	for i, n := range d.previews.lengths {
		preview := left[:n%removedPreview]
		left = left[len(preview):]
		if len(preview) > 0 && d.n <= listed && d.state()[i]%16 != withdrawn {
			w.Previews[fmt.Sprint(i)] = hex.EncodeToString(preview)
		}
	}
}

// state works out every item's rank: what author and authority say, joined,
// opens the generation in which completers are heard.
func (d *document) state() []uint32 {
	state := make([]uint32, d.n)
	for i := range state {
		for _, u := range d.updates {
			if !d.isCompleter(u.issuer) {
				state[i] = max(state[i], u.ranks[i])
			}
		}
		open := state[i] / 16
		for _, u := range d.updates {
			if d.isCompleter(u.issuer) && u.ranks[i]/16 <= open {
				state[i] = max(state[i], u.ranks[i])
			}
		}
	}
	return state
}

func (d *document) isCompleter(issuer []byte) bool {
	return len(issuer) > 0 && !bytes.Equal(issuer, d.author)
}

func (w *wanted) wantLabels(ranks []uint32) {
	w.Labels, w.LabelsSHA256 = labelsOf(ranks)
	for _, r := range ranks {
		if r%16 != complete {
			w.Labelled++
		}
	}
}

func labelsOf(ranks []uint32) (list [][2]uint32, digest string) {
	var b []byte
	for _, r := range ranks {
		b = binary.BigEndian.AppendUint32(b, r)
		if last := len(list) - 1; last >= 0 && list[last][0] == r {
			list[last][1]++
			continue
		}
		list = append(list, [2]uint32{r, 1})
	}
	if len(list) > listed {
		list = nil
	}
	return list, sum(b)
}

// wantUpdates lists the updates in the order in which they are written.
func (d *document) wantUpdates(identity string) []wantedUpdate {
	var list []wantedUpdate
	for _, u := range d.sorted() {
		list = append(list, u.want(identity, d.kind))
	}
	return list
}

func (u update) want(identity string, kind uint64) wantedUpdate {
	w := wantedUpdate{Identity: identity, Kind: kindNames[kind], Len: len(u.ranks), Issuer: hex.EncodeToString(u.issuer),
		Issued: u.seal.issued, Seal: hex.EncodeToString(u.seal.bytes)}
	w.Labels, w.LabelsSHA256 = labelsOf(u.ranks)
	return w
}

func cut(b []byte, size int) (parts [][]byte) {
	for ; len(b) >= size; b = b[size:] {
		parts = append(parts, b[:size])
	}
	return parts
}

func all(list [][]byte) (texts []string) {
	for _, b := range list {
		texts = append(texts, hex.EncodeToString(b))
	}
	return texts
}

func numbered(m map[int]string) map[string]string {
	texts := map[string]string{}
	for i, s := range m {
		texts[fmt.Sprint(i)] = s
	}
	return texts
}
