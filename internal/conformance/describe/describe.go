// Package describe says in the words of the vectors of collection.cddl what was read: see
// collection/testdata/vectors/README.md.
package describe

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"iter"

	"github.com/glimpse-go/glimpse/collection"
)

// listed is how many items or runs a vector lists.
const listed = 64

// Fields are what a vector wants, by the names of its file; what is empty is
// left out.
type Fields map[string]any

// Set sets a field that is present.
func (f Fields) Set(name string, value any, present bool) {
	if present {
		f[name] = value
	}
}

// Collection says in the words of a vector what c is.
func Collection(c collection.Collection) Fields {
	h := c.Header()
	f := Fields{
		"identity": c.Identity(), "edition_digest": c.EditionDigest(), "id": c.ID(), "author": c.Author(),
		"kind": c.Kind(), "len": c.Len(), "labelled": c.Labelled(), "ladder": describeLadder(c),
	}
	f.Set("authority", c.Authority(), !c.Authority().IsZero())
	f.Set("created", h.Created.UnixMilli(), !h.Created.IsZero())
	setList(f, "recipients", c.Recipients())
	setList(f, "addresses", c.Addresses())
	setList(f, "completers", c.Completers())
	setList(f, "subs", c.Subs())
	setList(f, "replaces", c.Replaces())
	var ends []Fields
	for e := range c.Ends() {
		ends = append(ends, End(e))
	}
	f.Set("ends", ends, len(ends) > 0)
	f.Set("author_seal", hex.EncodeToString(h.AuthorSeal), len(h.AuthorSeal) > 0)
	f.Set("authority_seal", hex.EncodeToString(h.AuthoritySeal), len(h.AuthoritySeal) > 0)
	describeEdition(f, c, h)
	describeItems(f, c)
	var updates []Fields
	for u := range c.Updates() {
		updates = append(updates, Update(u, c.Len()))
	}
	f.Set("updates", updates, len(updates) > 0)
	return f
}

// Endpoint says what an endpoint is.
func Endpoint(e collection.Endpoint) Fields {
	f := Fields{"user": e.User, "key": e.Key, "number": e.Number}
	f.Set("urls", e.URLs, len(e.URLs) > 0)
	f.Set("web", e.Web, len(e.Web) > 0)
	f.Set("seal", hex.EncodeToString(e.Seal), len(e.Seal) > 0)
	return f
}

// End says what an End is.
func End(e collection.End) Fields {
	f := Fields{"author": e.Name().Author, "id": e.Name().ID, "identity": e.Identity()}
	f.Set("issued", e.Issued().Unix(), !e.Issued().IsZero())
	f.Set("seal", hex.EncodeToString(e.Seal()), true)
	return f
}

func setList[T fmt.Stringer](f Fields, name string, values iter.Seq[T]) {
	var list []string
	for v := range values {
		list = append(list, v.String())
	}
	f.Set(name, list, len(list) > 0)
}

func describeLadder(c collection.Collection) (ladder []Fields) {
	for _, v := range c.Ladder() {
		ladder = append(ladder, Fields{"name": v.Name, "pixels": v.Pixels})
	}
	return ladder
}

func describeEdition(f Fields, c collection.Collection, h collection.Header) {
	f.Set("edition", h.Edition, h.Edition > 0)
	f.Set("title", h.Title, h.Title != "")
	f.Set("metadata", h.Metadata, len(h.Metadata) > 0)
	hints := Fields{}
	hints.Set("per_page", h.Hints.PerPage, h.Hints.PerPage > 0)
	hints.Set("cover", h.Hints.Cover, !h.Hints.Cover.IsZero())
	hints.Set("background", h.Hints.Background, !h.Hints.Background.IsZero())
	hints.Set("border", h.Hints.Border, h.Hints.Border != "")
	f.Set("hints", hints, len(hints) > 0)
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
	f.Set("captions", captions, len(captions) > 0)
	f.Set("types", types, len(types) > 0 && c.Len() <= listed)
	f.Set("digests", digests, len(digests) > 0)
	f.Set("previews", previews, len(previews) > 0 && c.Len() <= listed)
}

func describeItems(f Fields, c collection.Collection) {
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
	f.Set("items", ids, len(ids) > 0)
	describeLabels(f, ranks)
}

// describeLabels lists runs of [rank, number of items].
func describeLabels(f Fields, ranks []uint32) {
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
	f.Set("labels", runs, len(runs) > 0 && len(runs) <= listed)
}

// Update says in the words of a vector what an update of n items is.
func Update(u collection.Update, n int) Fields {
	f := Fields{"identity": u.Identity(), "kind": u.Kind(), "len": n, "issuer": ""}
	f.Set("issuer", u.Issuer(), !u.Issuer().IsZero())
	f.Set("issued", u.Issued().Unix(), !u.Issued().IsZero())
	f.Set("seal", hex.EncodeToString(u.Seal()), len(u.Seal()) > 0)
	ranks := make([]uint32, n)
	for i, rank := range u.Labels() {
		ranks[i] = uint32(rank)
	}
	describeLabels(f, ranks)
	return f
}
