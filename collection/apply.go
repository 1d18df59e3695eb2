package collection

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"sort"
	"time"
)

// Apply joins updates and reports whether anything changed: labels, or who
// vouches for them. It is all or nothing. An update that adds nothing is a
// success that changes nothing. Errors: ErrOtherCollection, ErrOtherKind,
// ErrRank, ErrNotAuthorised. It does not look at seals: that is what a Verified
// collection does.
func (c Collection) Apply(us ...Update) (next Collection, changed bool, err error) {
	p := c.parts()
	var claims []claim
	for i := range us {
		if err := p.fits(&us[i]); err != nil {
			return c, false, err
		}
		if !us[i].claim.nothing() {
			claims = append(claims, us[i].claim)
		}
	}
	q := *p
	if !q.join(ascending(claims)) {
		return c, false, nil
	}
	return Collection{&q}, true, nil
}

// ascending sorts claims by their writers, and leaves the greatest of each.
func ascending(claims []claim) []claim {
	sort.Sort(order[claim]{claims, func(c, d claim) int { return cmp.Or(c.writes(&d), d.greater(&c)) }})
	return slices.CompactFunc(claims, func(c, d claim) bool { return c.writes(&d) == 0 })
}

// fits refuses an update that is not one of p's collection.
func (p *parts) fits(u *Update) error {
	switch {
	case u.identity != p.fixed.identity() || u.n != p.fixed.len():
		return fmt.Errorf("update: %w", ErrOtherCollection)
	case u.kind != p.fixed.kind:
		return fmt.Errorf("update: %w: %v, not %v", ErrOtherKind, u.kind, p.fixed.kind)
	}
	if err := p.fixed.allows(u.claim.issuer(), u.claim.labels()); err != nil {
		return fmt.Errorf("update: %w", err)
	}
	return nil
}

// join joins claims, which ascend, and reports whether anything changed. It changes p,
// which must be the caller's own.
func (p *parts) join(claims []claim) (changed bool) {
	joined := p.fixed.join(p.claims, claims)
	if slices.EqualFunc(joined, p.claims, func(c, d claim) bool { return bytes.Equal(c.raw, d.raw) }) {
		return false
	}
	p.carry(joined)
	return true
}

// Merge joins all that two copies of one collection carry: the later edition,
// the updates of both, the resolved addresses of both, those that are accepted, and the
// End of either. Merge is associative, commutative and idempotent. Errors: ErrOtherCollection, those of
// Contradicts.
func (c Collection) Merge(d Collection) (next Collection, changed bool, err error) {
	p, o := c.parts(), d.parts()
	if p.fixed.identity() != o.fixed.identity() {
		return c, false, fmt.Errorf("merge: %w", ErrOtherCollection)
	}
	q := *p
	if changed, err = q.mergeEdition(o); err != nil {
		return c, false, err
	}
	if changed = q.mergeSaid(o) || changed; !changed {
		return c, false, nil
	}
	return Collection{&q}, true, nil
}

// MergeSaid is Merge of all but the edition and its seals, which stay as they are, whatever
// those of d are. The error is ErrOtherCollection.
func (c Collection) MergeSaid(d Collection) (next Collection, changed bool, err error) {
	p, o := c.parts(), d.parts()
	if p.fixed.identity() != o.fixed.identity() {
		return c, false, fmt.Errorf("merge: %w", ErrOtherCollection)
	}
	q := *p
	if changed = q.mergeSaid(o); !changed {
		return c, false, nil
	}
	return Collection{&q}, true, nil
}

func (p *parts) mergeSaid(o *parts) (changed bool) {
	changed = p.join(o.claims)
	changed = p.mergeResolved(o.resolved, o.accepted) || changed
	return p.mergeEnds(o.ends) || changed
}

// ErrDigestChanged is an edition that has another digest for a version than an
// earlier one did. Digests may be added, never changed.
var ErrDigestChanged = fmt.Errorf("%w: an edition changes a digest", ErrNotAuthorised)

// ErrPreviewChanged is an edition that has another preview for an item than an
// earlier one did. Previews may be added or removed, never changed.
var ErrPreviewChanged = fmt.Errorf("%w: an edition changes a preview", ErrNotAuthorised)

// Contradicts returns nil unless the editions of two copies of one collection have
// different digests of one version, or different previews of one item: then an
// *ItemError with ErrDigestChanged or ErrPreviewChanged.
func (c Collection) Contradicts(d Collection) error { return c.parts().contradicts(d.parts()) }

func (p *parts) contradicts(o *parts) error {
	if p.fixed.identity() != o.fixed.identity() {
		return nil
	}
	for v := range p.edition.digests {
		if i := contradiction(p.edition.digests[v], o.edition.digests[v]); i >= 0 {
			return &ItemError{p.fixed.item(i), ErrDigestChanged}
		}
	}
	if i := p.edition.previews.altered(&o.edition.previews); i >= 0 {
		return &ItemError{p.fixed.item(i), ErrPreviewChanged}
	}
	return nil
}

// mergeEdition takes o's edition if it is the later one, and the seals that o
// has over the edition that stays.
func (p *parts) mergeEdition(o *parts) (changed bool, err error) {
	if bytes.Equal(p.edition.raw, o.edition.raw) {
		authorSeal := p.seals.author.merge(o.seals.author)
		authoritySeal := p.seals.authority.merge(o.seals.authority)
		return authorSeal || authoritySeal, nil
	}
	if err := p.contradicts(o); err != nil {
		return false, err
	}
	later := o.edition.named().Compare(p.edition.named()) > 0
	if later {
		p.edition, p.seals = o.edition, o.seals
	}
	return later, nil
}

// contradiction returns the first item of which two digest columns have
// different digests, or -1.
func contradiction(a, b []byte) int {
	if a == nil || b == nil || bytes.Equal(a, b) {
		return -1
	}
	for i := 0; i < len(a); i += digestSize {
		x, y := Digest(a[i:i+digestSize]), Digest(b[i:i+digestSize])
		if x != y && x != (Digest{}) && y != (Digest{}) {
			return i / digestSize
		}
	}
	return -1
}

// merge takes the other seal over the same statement if it is later, and of two
// of one time the greater; it reports whether it did.
func (s *seal) merge(o seal) bool {
	if cmp.Or(cmp.Compare(s.issued, o.issued), bytes.Compare(s.bytes, o.bytes)) >= 0 {
		return false
	}
	*s = o
	return true
}

// Edit makes the author's next edition: change is given copies of the header and
// of the items, of which it may change what is editable: title, metadata, hints,
// captions, media types, digests that were not known, and previews, which may be
// added or removed. The new edition has the next number and no seals. Availability is
// not touched: updates stay good. Errors: ErrEnded, ErrDigestChanged, ErrPreviewChanged, and
// as New; change of what is fixed has no effect. That includes the preview of an item that
// is withdrawn, which the new edition removes, and one that was removed: it stays so.
func (c Collection) Edit(change func(h *Header, items []Item)) (Collection, error) {
	return c.EditAfter(c, change)
}

// EditAfter is Edit for an edition that is to stand rather than another one, too,
// which was made at the same time: its number is greater than those of both, and what
// either has removed stays so. One of another collection is ErrOtherCollection.
func (c Collection) EditAfter(other Collection, change func(h *Header, items []Item)) (Collection, error) {
	p, o := c.parts(), other.parts()
	if p.fixed.identity() != o.fixed.identity() {
		return c, fmt.Errorf("edition: %w", ErrOtherCollection)
	}
	if err := c.goesOn(); err != nil {
		return c, err
	}
	h, items := c.Header(), c.Body().Items
	change(&h, items)
	c.hideWithdrawn(items)
	h.Edition, h.Created = max(p.edition.number, o.edition.number)+1, time.Time{}
	if err := checkMade(&h, &Body{Ladder: p.fixed.ladder, Items: items}); err != nil {
		return c, err
	}
	l := Limits{}.withDefaults()
	made := previewsOf(items, &p.edition.previews, &o.edition.previews)
	e, err := decodeEdition(encodeEdition(&h, items, len(p.fixed.ladder), made), 0, p.fixed, &l)
	if err != nil {
		return c, fmt.Errorf("edition: %w", err)
	}
	q := *p
	q.edition, q.seals = e, seals{}
	if i := q.lacks(p); i >= 0 {
		return c, &ItemError{p.fixed.item(i), ErrDigestChanged}
	}
	if err := q.contradicts(p); err != nil {
		return c, err
	}
	return Collection{&q}, nil
}

// HasDigestsOf reports whether c has all digests that d has of versions, the same
// ones: as an edition has that was made of d's. Of two that were made at once
// each may lack what the other has added.
func (c Collection) HasDigestsOf(d Collection) bool {
	p, o := c.parts(), d.parts()
	return p.fixed.identity() == o.fixed.identity() && p.lacks(o) < 0
}

// HasPreviewsOf reports whether c says all that d says of previews: it has the same
// ones, or says that they were removed, and has none that d says is removed. What
// stands after d without that would let another take the place of d's.
func (c Collection) HasPreviewsOf(d Collection) bool {
	p, o := c.parts(), d.parts()
	return p.fixed.identity() == o.fixed.identity() && p.edition.previews.knows(&o.edition.previews)
}

// lacks returns the first item of which p has not a digest that o has, or -1.
func (p *parts) lacks(o *parts) int {
	for v, known := range o.edition.digests {
		if i := dropped(known, p.edition.digests[v]); i >= 0 {
			return i
		}
	}
	return -1
}

// dropped returns the first item whose known digest another column does not
// have, or -1.
func dropped(known, col []byte) int {
	for i := 0; i < len(known); i += digestSize {
		if d := known[i : i+digestSize]; nonZero(d) && (col == nil || !bytes.Equal(d, col[i:i+digestSize])) {
			return i / digestSize
		}
	}
	return -1
}
