package main

import (
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
)

// sizeRaces measure what concerns the SDK alone, on items that are all pending.
func sizeRaces(e effort, d *data) []result {
	c := collect(d)
	results := identityRace(e, c)
	results = append(results, updateSizes(d, c)...)
	results = append(results, overheads(d)...)
	results = append(results, race(e, captionSubjects(d)...)...)
	return append(results, race(e, streamSubject(d))...)
}

// identityRace decodes each time, for an identity is computed only once.
func identityRace(e effort, c collection.Collection) []result {
	b := must(c.MarshalBinary())
	s := timed(sdk, "identity", c.Len(), len(b), func() {
		identity := must(collection.Decode(b)).Identity()
		sink.sum += int(identity[0])
	})
	return race(e, s, hashSubject("identity", c.Len(), b))
}

func sized(op string, n, bytes int) result {
	return result{Codec: sdk, Op: op, N: n, Bytes: bytes}
}

// updateSizes takes the longer of updates of an item in the middle and of the
// last one.
func updateSizes(d *data, c collection.Collection) []result {
	n, author := c.Len(), c.Author()
	var update, fragment int
	for _, i := range []int{n / 2, n - 1} {
		u := must(c.Complete(author, d.ids[i]))
		update = max(update, len(must(u.MarshalBinary())))
		fragment = max(fragment, u.FragmentSize())
	}
	all := must(must(c.CompleteAll(author)).MarshalBinary())
	return []result{
		sized("update-one", n, update), sized("fragment-one", n, fragment),
		sized("update-all", n, len(all)),
	}
}

// overheads are the sizes of collections without title and seals.
func overheads(d *data) []result {
	h, b := d.header(), d.body()
	h.Title, b.Recipients = "", nil
	bare := must(collection.New(h, b))
	h.Authority, b.Recipients = collection.KeyID(d.seed32()), []collection.UserID{d.recipients[0]}
	full := must(collection.New(h, b))
	full = applied(full, must(full.Complete(full.Author(), d.ids[len(d.ids)/2])))
	return []result{
		sized("overhead-bare", len(d.ids), len(must(bare.MarshalBinary()))),
		sized("overhead-authority", len(d.ids), len(must(full.MarshalBinary()))),
	}
}

// seed32 is a thumbprint as good as any.
func (d *data) seed32() (key [32]byte) {
	seeded(uint64(len(d.ids)), 7).Read(key[:])
	return key
}

// captionSubjects decode a collection in which every third item has a caption
// and every second one a media type, each of two.
func captionSubjects(d *data) []*subject {
	b := d.body()
	for i := range b.Items {
		if i%3 == 0 {
			b.Items[i].Caption = fmt.Sprintf("No. %d, the harbour at dawn", i)
		}
		if i%2 == 0 {
			b.Items[i].MediaType = []string{"image/jpeg", "video/mp4"}[i/2%2]
		}
	}
	c := must(collection.New(d.header(), b))
	return decodeSubjects(d, "-captions", must(c.MarshalBinary()))
}
