package collection_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
)

// listed is how many items or runs a vector lists.
const listed = 64

// fields are what a vector wants, by the names of its file; what is empty is
// left out.
type fields map[string]any

func (f fields) set(name string, value any, present bool) {
	if present {
		f[name] = value
	}
}

// describe says in the words of a vector what c is.
func describe(c collection.Collection) fields {
	h := c.Header()
	f := fields{
		"identity": c.Identity(), "edition_digest": c.EditionDigest(), "id": c.ID(), "author": c.Author(),
		"kind": c.Kind(), "len": c.Len(), "labelled": c.Labelled(), "ladder": describeLadder(c),
	}
	f.set("authority", c.Authority(), !c.Authority().IsZero())
	f.set("created", h.Created.UnixMilli(), !h.Created.IsZero())
	setList(f, "recipients", c.Recipients())
	setList(f, "addresses", c.Addresses())
	setList(f, "completers", c.Completers())
	setList(f, "subs", c.Subs())
	setList(f, "replaces", c.Replaces())
	var ends []fields
	for e := range c.Ends() {
		ends = append(ends, describeEnd(e))
	}
	f.set("ends", ends, len(ends) > 0)
	f.set("author_seal", hex.EncodeToString(h.AuthorSeal), len(h.AuthorSeal) > 0)
	f.set("authority_seal", hex.EncodeToString(h.AuthoritySeal), len(h.AuthoritySeal) > 0)
	describeEdition(f, c, h)
	describeItems(f, c)
	var updates []fields
	for u := range c.Updates() {
		updates = append(updates, describeUpdate(u, c.Len()))
	}
	f.set("updates", updates, len(updates) > 0)
	return f
}

func describeEndpoint(e collection.Endpoint) fields {
	f := fields{"user": e.User, "key": e.Key, "number": e.Number}
	f.set("urls", e.URLs, len(e.URLs) > 0)
	f.set("web", e.Web, len(e.Web) > 0)
	f.set("seal", hex.EncodeToString(e.Seal), len(e.Seal) > 0)
	return f
}

func describeEnd(e collection.End) fields {
	f := fields{"author": e.Name().Author, "id": e.Name().ID, "identity": e.Identity()}
	f.set("issued", e.Issued().Unix(), !e.Issued().IsZero())
	f.set("seal", hex.EncodeToString(e.Seal()), true)
	return f
}

func setList[T fmt.Stringer](f fields, name string, values iter.Seq[T]) {
	var list []string
	for v := range values {
		list = append(list, v.String())
	}
	f.set(name, list, len(list) > 0)
}

func describeLadder(c collection.Collection) (ladder []fields) {
	for _, v := range c.Ladder() {
		ladder = append(ladder, fields{"name": v.Name, "pixels": v.Pixels})
	}
	return ladder
}

func describeEdition(f fields, c collection.Collection, h collection.Header) {
	f.set("edition", h.Edition, h.Edition > 0)
	f.set("title", h.Title, h.Title != "")
	f.set("metadata", h.Metadata, len(h.Metadata) > 0)
	hints := fields{}
	hints.set("per_page", h.Hints.PerPage, h.Hints.PerPage > 0)
	hints.set("cover", h.Hints.Cover, !h.Hints.Cover.IsZero())
	hints.set("background", h.Hints.Background, !h.Hints.Background.IsZero())
	hints.set("border", h.Hints.Border, h.Hints.Border != "")
	f.set("hints", hints, len(hints) > 0)
	captions, types, digests, previews := map[int]string{}, map[int]string{}, map[int]map[int]string{}, map[int]string{}
	for i := range min(c.Len(), listed) {
		item := c.Item(i)
		if item.Caption != "" {
			captions[i] = item.Caption
		}
		if item.MediaType != "" {
			types[i] = item.MediaType
		}
		if len(item.Preview) > 0 {
			previews[i] = hex.EncodeToString(item.Preview)
		}
		for v, d := range item.Digests {
			if d.IsZero() {
				continue
			}
			if digests[v] == nil {
				digests[v] = map[int]string{}
			}
			if c.Len() <= listed {
				digests[v][i] = d.String()
			}
		}
	}
	f.set("captions", captions, len(captions) > 0)
	f.set("types", types, len(types) > 0 && c.Len() <= listed)
	f.set("digests", digests, len(digests) > 0)
	f.set("previews", previews, len(previews) > 0 && c.Len() <= listed)
}

func describeItems(f fields, c collection.Collection) {
	var ids []string
	var ranks []uint32
	hash := sha256.New()
	for id, rank := range c.Items() {
		hash.Write(id[:])
		ranks = append(ranks, uint32(rank))
		if c.Len() <= listed {
			ids = append(ids, id.String())
		}
	}
	f["items_sha256"] = hex.EncodeToString(hash.Sum(nil))
	f.set("items", ids, len(ids) > 0)
	describeLabels(f, ranks)
}

// describeLabels lists runs of [rank, number of items].
func describeLabels(f fields, ranks []uint32) {
	var runs [][2]uint32
	var b []byte
	for _, r := range ranks {
		b = binary.BigEndian.AppendUint32(b, r)
		if last := len(runs) - 1; last >= 0 && runs[last][0] == r {
			runs[last][1]++
		} else {
			runs = append(runs, [2]uint32{r, 1})
		}
	}
	sum := sha256.Sum256(b)
	f["labels_sha256"] = hex.EncodeToString(sum[:])
	f.set("labels", runs, len(runs) > 0 && len(runs) <= listed)
}

// describeUpdate says in the words of a vector what an update of n items is.
func describeUpdate(u collection.Update, n int) fields {
	f := fields{"identity": u.Identity(), "kind": u.Kind(), "len": n, "issuer": ""}
	f.set("issuer", u.Issuer(), !u.Issuer().IsZero())
	f.set("issued", u.Issued().Unix(), !u.Issued().IsZero())
	f.set("seal", hex.EncodeToString(u.Seal()), len(u.Seal()) > 0)
	ranks := make([]uint32, n)
	for i, rank := range u.Labels() {
		ranks[i] = uint32(rank)
	}
	describeLabels(f, ranks)
	return f
}

func updateLen(t *testing.T, want json.RawMessage) int {
	t.Helper()
	var w struct{ Len int }
	if err := json.Unmarshal(want, &w); err != nil {
		t.Fatal(err)
	}
	return w.Len
}

// readers returns those whom v wants to be readers and who may read.
func (v *vector) readers(t *testing.T, may func(collection.UserID) bool) (readers []string) {
	t.Helper()
	var w struct{ Readers []collection.UserID }
	if err := json.Unmarshal(v.Want, &w); err != nil {
		t.Fatal(err)
	}
	for _, u := range w.Readers {
		if may(u) {
			readers = append(readers, u.String())
		}
	}
	return readers
}
