package signature

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// owner is whose roster it is: a user's, or that of an authority with this root.
type owner struct {
	user      [16]byte
	authority [32]byte
}

func (r Roster) owner() owner {
	if r.User == [16]byte{} {
		return owner{authority: r.By.id}
	}
	return owner{user: r.User}
}

// chain is what is held of an owner's rosters: the latest, and before it those that show
// why its key may seal it.
type chain struct {
	by    [32]byte // the authority on whose word the first user key rests; none = it proves itself, or by hand
	links []link
}

type link struct {
	Roster
	cosigned bool // by an authority that is trusted
}

func (c *chain) last() Roster { return c.links[len(c.links)-1].Roster }

// root returns the user key, which seals the next roster.
func (c *chain) root() [32]byte {
	root := c.links[0].By.id
	for _, l := range c.links {
		if l.Next.pub != nil {
			root = l.Next.id
		}
	}
	return root
}

// sealed returns the place of the last roster that a key has sealed; -1 = none.
func (c *chain) sealed(key [32]byte) int {
	for i := len(c.links) - 1; i >= 0; i-- {
		if c.links[i].By.id == key {
			return i
		}
	}
	return -1
}

// AddRoster takes a roster, and those before it, if their seals and the proofs of their
// stations are good and the user's key has sealed them: the key of which the user's id
// is derived, one that is held for the user, or one that follows those, as [Roster] says.
// If no key of the user is held, an authority's countersignature introduces the one that
// has sealed it. Older rosters change nothing. One that contradicts what is held is
// reported as a [*ChangedError] and not stored: another of the same number, a second
// successor, or another key. Other errors are [*SealError]s, and wrap [ErrKey] for a
// roster that cannot be, or has a station that did not prove possession.
func (k *Keyring) AddRoster(ctx context.Context, r Roster) error {
	for _, one := range append(slices.Clone(r.Before), r.alone()) {
		if err := k.addRoster(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

// addRoster takes one roster.
func (k *Keyring) addRoster(ctx context.Context, r Roster) error {
	statement, err := r.Statement()
	if err != nil || k.knows(r) {
		return err
	}
	if err := r.By.Verify(RosterType, statement, r.Seal); err != nil {
		return err
	}
	if !k.Algorithms.Allows(r.By.algorithm) {
		return &SealError{Type: RosterType, Key: r.By.id, Err: ErrAlgorithm}
	}
	for _, s := range r.Stations {
		if err := s.Key.CheckPossession(none, r.User, s.Proof); err != nil {
			return err
		}
	}
	var by [32]byte
	if len(r.CoSeal) > 0 {
		var user [16]byte
		user, by, err = k.Verify(ctx, RosterType, statement, r.CoSeal, time.Time{})
		if user != [16]byte{} || err != nil && !errors.Is(err, ErrUnknownKey) && !errors.Is(err, ErrRevoked) {
			return fmt.Errorf("%w: roster countersigned by no authority: %w", ErrKey, err)
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.follow(r, by)
}

// knows reports whether a roster is held, as well countersigned.
func (k *Keyring) knows(r Roster) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	c := k.rosters[r.owner()]
	return c != nil && slices.ContainsFunc(c.links, func(l link) bool {
		return l.same(r) && (len(r.CoSeal) == 0 || l.cosigned)
	})
}

// follow puts a roster where it belongs; by is the authority that has countersigned it.
func (k *Keyring) follow(r Roster, by [32]byte) error {
	claim := KeyStatement{User: r.User, Key: r.By}
	if claim.User == [16]byte{} {
		claim.Role = RoleAuthority
	}
	if claim.proven() {
		k.prove(claim)
	}
	e, held := k.held(r.By.id)
	if k.ended(r.By.id, e, held) && by == none {
		return &SealError{Type: RosterType, Key: r.By.id, Err: ErrRevoked}
	}
	next := link{r, by != none}
	c := k.rosters[r.owner()]
	if c == nil {
		first, err := k.introduced(claim, e, held, by)
		if err == nil {
			k.keep(r.owner(), &chain{first, []link{next}})
		}
		return err
	}
	stay, err := c.place(next)
	switch {
	case held && e.User != r.User:
		return changed(claim, e)
	case err != nil || stay < 0:
		return err
	case stay > maxBefore:
		return fmt.Errorf("%w: more than %d changes of the user key", ErrKey, maxBefore)
	}
	links := append(slices.Clone(c.links[:stay]), next)
	if stay < len(c.links) && next.same(c.links[stay].Roster) {
		links = append(links, c.links[stay+1:]...) // it is countersigned now
	}
	k.keep(r.owner(), &chain{c.by, links})
	return nil
}

// introduced tells who introduces the key that seals an owner's first roster: none if it
// needs nobody.
func (k *Keyring) introduced(claim KeyStatement, e entry, held bool, by [32]byte) (first [32]byte, err error) {
	known, other := k.anyOf(claim.User)
	switch {
	case held && e.User == claim.User && e.Role == claim.Role:
		return e.by, nil
	case held:
		return none, changed(claim, e)
	case other && claim.Role == RoleUser:
		return none, changed(claim, known)
	case by == none || claim.Role == RoleAuthority:
		return none, &SealError{Type: RosterType, Key: claim.Key.id, Err: ErrUnknownKey}
	}
	return by, nil
}

// place returns how many of the rosters that are held stay before one; less than 0 if it
// is an older one.
func (c *chain) place(r link) (stay int, err error) {
	n, last, i := len(c.links), c.last(), c.sealed(r.By.id)
	switch {
	case c.follows(r.Roster, i):
		if last.By.id == r.By.id && last.Next.pub == nil {
			return n - 1, nil
		}
		return n, nil
	case i >= 0 && r.Number < c.links[i].Number && r.Next.pub == nil:
		return -1, nil
	case i >= 0 && r.same(c.links[i].Roster) && (c.links[i].cosigned || !r.cosigned):
		return -1, nil // somebody has added it meanwhile
	case i >= 0 && r.cosigned && !c.links[i].cosigned && r.Recovery == c.links[i].Recovery:
		return i, nil
	}
	return 0, &ChangedError{User: r.User, Key: r.By.id, KnownUser: last.User, KnownKey: last.By.id}
}

// follows reports whether a roster takes the place of the latest: one that the recovery key
// has sealed if it is its own latest, another if the user key has, which may not replace
// the recovery key. i is the place of the last roster by the same key.
func (c *chain) follows(r Roster, i int) bool {
	last := c.last()
	if r.By.id == last.Recovery {
		return i < 0 || r.Number > c.links[i].Number
	}
	return r.By.id == c.root() && r.Number > last.Number && (last.Recovery == none || r.Recovery == last.Recovery)
}

// keep stores an owner's rosters, and lists the keys of the latest.
func (k *Keyring) keep(of owner, c *chain) {
	if k.rosters == nil {
		k.rosters, k.listed = map[owner]*chain{}, map[[32]byte]owner{}
	}
	if !k.isNew(of, c) {
		k.revision++
	}
	k.unlist(of)
	k.rosters[of] = c
	for _, s := range c.last().Stations {
		if other, listed := k.listed[s.Key.id]; !listed || other == of || s.Role == StationRemoved {
			k.listed[s.Key.id] = of
		}
	}
	if by := c.last().By; by.id == c.root() && of.user != [16]byte{} {
		if _, held := k.entries[by.id]; !held {
			k.put(entry{KeyStatement: KeyStatement{User: of.user, Key: by}, by: c.by})
		}
	}
}

// isNew reports whether nothing that was good can have rested on what is held of an owner
// and of the keys of its rosters: there is nothing.
func (k *Keyring) isNew(of owner, c *chain) bool {
	if k.rosters[of] != nil || of.user == [16]byte{} || len(k.users[of.user]) > 0 {
		return false
	}
	return !slices.ContainsFunc(c.links, func(l link) bool {
		return k.holds(l.By.id) || k.holds(l.Next.id) || slices.ContainsFunc(l.Stations, func(s Station) bool { return k.holds(s.Key.id) })
	})
}

// holds reports whether anything is held on a key.
func (k *Keyring) holds(key [32]byte) bool {
	_, held := k.entries[key]
	_, listed := k.listed[key]
	return held || listed
}

// unlist forgets the keys that an owner's latest roster lists.
func (k *Keyring) unlist(of owner) {
	if c := k.rosters[of]; c != nil {
		for _, s := range c.last().Stations {
			if k.listed[s.Key.id] == of {
				delete(k.listed, s.Key.id)
			}
		}
	}
}

// former reports whether a key is none of its user's any more: it was the user key, or an
// authority has said something of it, and the roster does not list it.
func (k *Keyring) former(key [32]byte, e entry) bool {
	_, listed := k.listed[key]
	c := k.rosters[owner{user: e.User}]
	return c != nil && !listed && e.Role == RoleUser && (e.by != none || c.sealed(key) >= 0) && c.root() != key
}

// Roster returns the latest roster of a user, or of the authority with a root key if the
// user is zero, with those before it, to be stored and sent, if one is held.
func (k *Keyring) Roster(user [16]byte, root [32]byte) (Roster, bool) {
	of := owner{user: user}
	if user == [16]byte{} {
		of.authority = root
	}
	k.mu.RLock()
	defer k.mu.RUnlock()
	c := k.rosters[of]
	if c == nil {
		return Roster{}, false
	}
	return c.whole(), true
}

// whole returns the latest roster with those before it.
func (c *chain) whole() Roster {
	r := c.last()
	r.Stations = slices.Clone(r.Stations)
	for _, l := range c.links[:len(c.links)-1] {
		r.Before = append(r.Before, l.Roster)
	}
	return r
}

// announcements are the purposes of seals by which a station says what is there, and who
// may have it.
var announcements = []string{"application/glimpse.update", "application/glimpse.endpoint", "application/glimpse.acceptance"}

// announces reports whether a seal of a device says what is there, or who may have it.
func (k *Keyring) announces(key [32]byte, typ string) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	of, listed := k.listed[key]
	if !listed || !slices.Contains(announcements, typ) {
		return false
	}
	s, _ := k.rosters[of].last().Station(key)
	return s.Role == StationDevice
}
