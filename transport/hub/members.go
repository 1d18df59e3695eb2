package hub

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Members is how who operates a hub sees and changes who has an account. It is safe for
// concurrent use.
type Members struct{ a *Accounts }

// Members returns the accounts to who operates the hub.
func (a *Accounts) Members() Members { return Members{a} }

// Member is who has an account.
type Member struct {
	User collection.UserID
	Person
}

// All lists the accounts, temporary ones, too, in the order of their users, which come after
// a user; the zero user = from the first. It holds few of them at a time. An account whose
// record is damaged is yielded with its user and an error that wraps transport.ErrStorage,
// and the others follow; another error comes last.
func (m Members) All(ctx context.Context, after collection.UserID) iter.Seq2[Member, error] {
	return func(yield func(Member, error) bool) {
		from := ""
		if !after.IsZero() {
			from = records.Person.Key(after)
		}
		for r, err := range record.Walk(ctx, m.a.store, records.Person.Under(), from, 0) {
			var one Member
			if r.Key != "" && one.User.UnmarshalText([]byte(strings.TrimPrefix(r.Key, records.Person.Under()))) != nil {
				err = transport.At(transport.ErrStorage, r.Key)
			}
			if err == nil {
				one.Person, err = record.Value[Person](r)
			}
			if !yield(one, err) || r.Key == "" {
				return
			}
		}
	}
}

// Set changes the name and the mail addresses of a user, which the program has found to be the
// person's; Person.Temporary does not count. What was shared with an address that is new
// becomes the user's to read. What was shared with one that is not the user's any more stays
// so; from then on the address can be another user's. The errors wrap ErrTaken if an address
// is another account's, collection.ErrAddress, transport.ErrNotFound if there is no such user,
// transport.ErrForbidden if the account is temporary: [Accounts.Confirm] makes it the person's.
func (m Members) Set(ctx context.Context, user collection.UserID, p Person) error {
	addresses, err := normalAddresses(p.Addresses)
	if err != nil {
		return err
	}
	var more []string
	_, err = record.Update(ctx, m.a.store, func(tx *record.Tx) error {
		if err := member(ctx, tx, user); err != nil {
			return err
		}
		before, err := person(ctx, tx, user)
		if err != nil {
			return err
		}
		more = without(addresses, before.Addresses)
		if err := areFree(ctx, tx, more); err != nil {
			return err
		}
		freeAddresses(tx, without(before.Addresses, addresses))
		return setPerson(tx, user, &Person{Name: p.Name, Addresses: addresses})
	})
	if err == nil && len(more) > 0 {
		m.a.joined(ctx, more)
	}
	return err
}

// without returns what a has and b has not.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// areFree refuses addresses that have an account.
func areFree(ctx context.Context, tx *record.Tx, addresses []string) error {
	for _, address := range addresses {
		_, err := userOf(ctx, tx, address)
		if err == nil {
			return ErrTaken
		}
		if !errors.Is(err, transport.ErrNotFound) {
			return err
		}
	}
	return nil
}

// freeAddresses ends that addresses are a user's.
func freeAddresses(tx *record.Tx, addresses []string) {
	for _, address := range addresses {
		hash := records.HashOf(address)
		tx.Set(records.Address.Key(hash), nil)
		tx.Set(records.Joined.Key(hash), nil)
	}
}

// Delete removes a user, and all that is the user's from the hub.
//
// What goes: the account with its addresses and credentials, all tokens; the collections that
// the user has shared, with their partial versions, their letters and links, and their
// entries in the feeds of those with whom they were shared; the user's own feed, that the user
// may read what others have shared, and what is counted for the user. The user's keys are
// revoked for good, which stations hear as ever, so what the user seals is refused from then
// on, here and there.
//
// What stays: the revocations, by which the id can be nobody's again, and a mark that nothing
// comes into its feed; in collections of others the id of the user, since they are sealed;
// and what others have on their stations already: copies, notifications and letters that have reached them. Who had an item from the user and
// shared it on has made it their own.
//
// It begins with one transaction, after which the user is none any more. The rest is done
// before it returns; after an error or a crash [Hub.Resume] goes on with it, or Delete, which
// can be repeated. A user who is none has nothing, which is no error. It takes as long as
// there is to remove.
func (m Members) Delete(ctx context.Context, user collection.UserID) error {
	_, err := record.Update(ctx, m.a.store, func(tx *record.Tx) error {
		p, err := person(ctx, tx, user)
		if err != nil && !errors.Is(err, transport.ErrNotFound) && !record.Damaged(err, records.Person.Key(user)) {
			return err
		}
		freeAddresses(tx, p.Addresses)
		tx.Set(records.Person.Key(user), nil)
		tx.Set(records.Leaving.Key(user), []byte{})
		keys, err := m.endCredentials(ctx, tx, user)
		if err != nil {
			return err
		}
		return m.a.revoke(ctx, tx, user, keys)
	})
	if err != nil {
		return err
	}
	return m.a.left(ctx, user)
}

// endCredentials removes the credentials of a user, and returns all keys of the user's that
// are not revoked yet. What is damaged of them keeps nothing: then the user's tokens are looked
// for among all, and the keys in what the hub has said of them.
func (m Members) endCredentials(ctx context.Context, tx *record.Tx, user collection.UserID) ([]collection.KeyID, error) {
	names, err := record.Keys(ctx, m.a.store, records.Credential.Under(user), 0)
	if err != nil {
		return nil, err
	}
	var known []collection.KeyID
	for _, name := range names {
		c, _, err := record.Load[issued](ctx, tx, name)
		if record.Damaged(err, name) {
			err = m.endAllTokens(ctx, tx, user)
		}
		if err != nil {
			return nil, err
		}
		known = append(known, c.Keys...)
		c.endTokens(tx)
		tx.Set(name, nil)
	}
	keys, err := m.keysOf(ctx, tx, user)
	if err != nil {
		return nil, err
	}
	return m.a.standing(ctx, tx, append(keys, known...))
}

// endAllTokens ends all tokens that are a user's.
func (m Members) endAllTokens(ctx context.Context, tx *record.Tx, user collection.UserID) error {
	for r, err := range record.Walk(ctx, m.a.store, records.Token.Under(), "", 0) {
		if r.Key == "" {
			return err
		}
		if bytes.HasPrefix(r.Value, user[:]) {
			tx.Set(r.Key, nil)
		}
	}
	return nil
}

// keysOf returns the keys that were ever a user's, as far as what the hub keeps names them.
func (m Members) keysOf(ctx context.Context, tx *record.Tx, user collection.UserID) ([]collection.KeyID, error) {
	key := records.Root.Key(user)
	root, err := record.Get(ctx, tx, key)
	if err == nil && root.Version == 0 {
		return nil, nil
	}
	word, errRead := station.ReadWord(root.Value)
	if err == nil && errRead == nil {
		return word.Keys(), nil
	}
	if err != nil && !record.Damaged(err, key) {
		return nil, err
	}
	names, err := record.Keys(ctx, m.a.store, records.Statement.Under(user), 0)
	var keys []collection.KeyID
	for _, name := range names {
		var k collection.KeyID
		if k.UnmarshalText([]byte(path.Base(name))) == nil {
			keys = append(keys, k)
		}
	}
	return keys, err
}

// endIssuedMeanwhile removes the credentials that a user got while being deleted: now that
// there is no account, no others come.
func (a *Accounts) endIssuedMeanwhile(ctx context.Context, user collection.UserID) error {
	_, err := record.Update(ctx, a.store, func(tx *record.Tx) error {
		_, err := a.Members().endCredentials(ctx, tx, user)
		return err
	})
	return err
}

// standing returns those of some keys that the hub accepts.
func (a *Accounts) standing(ctx context.Context, tx *record.Tx, of []collection.KeyID) (keys []collection.KeyID, err error) {
	slices.SortFunc(of, func(a, b collection.KeyID) int { return bytes.Compare(a[:], b[:]) })
	for _, key := range slices.Compact(of) {
		said, err := record.Get(ctx, tx, records.Key.Key(key))
		if err != nil {
			return nil, err
		}
		now, err := station.ReadWord(said.Value)
		if said.Version == 0 || err == nil && now.Roster == nil && now.Statement.Role == signature.RoleRevoked {
			continue
		}
		if err != nil {
			return nil, transport.At(transport.ErrStorage, said.Key)
		}
		keys = append(keys, key)
	}
	return keys, nil
}
