// Package records lists all that a hub keeps in its store, besides what it shares
// with the other roles: for that see transport/internal/station.
package records

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// The kinds of records, with what they are of, and what they hold.
const (
	Person     record.Kind = "person"     // user: hub.Person
	Leaving    record.Kind = "leaving"    // user, who was deleted: there while something is still to be removed; empty
	Address    record.Kind = "address"    // address, as a Hash: the user whose it is
	Credential record.Kind = "credential" // user, name as a Hash: its keys, and which token it has
	Token      record.Kind = "token"      // a credential's token, as a Hash: the user; and until it is used first the credential's name, as a Hash
	Key        record.Kind = "key"        // key: the latest key statement, or its user's roster, of the hub's accounts or another Directory
	Statement  record.Kind = "statement"  // user, key: the same once more, of the hub's accounts, to be listed
	Holder     record.Kind = "holder"     // key: there if it is a credential's; empty
	Root       record.Kind = "root"       // user: the key statement that binds the user, or the latest roster
	Revoked    record.Kind = "revoked"    // user: the Number of when a key of the user's was stopped last; and nothing: the latest of all
	Stopped    record.Kind = "stopped"    // Number: the user of whom a key was stopped then, unless it was once more

	Distrusted record.Kind = "distrusted" // user, whose word was false: is checked before labels go; empty

	Sampling    record.Kind = "sampling"  // nothing: the secret by which blocks are chosen, which is lost for ever if it is, and
	SamplingToo record.Kind = "sampling2" // nothing: the same once more

	Mailing record.Kind = "mailing" // collection: whom the hub made of the addresses that it came with
	Pending record.Kind = "pending" // address, as a Hash, collection: there it is nobody's yet
	Joined  record.Kind = "joined"  // address, as a Hash: it has become a user's, which is to take effect

	Quotas record.Kind = "quota"  // user: hub.Quotas, where they are the user's own
	Spent  record.Kind = "spent"  // user, or zeros for all, of what, and perhaps an address, as a Hash: how much of it, since when
	Failed record.Kind = "failed" // user, collection: the items that the user has announced and did not serve, as transport.Bits

	Letter record.Kind = "letter" // collection, recipient: a letter that waits, or was set aside
	Link   record.Kind = "link"   // collection, recipient: the tokens in the letters
	Guest  record.Kind = "guest"  // such a token, as a Hash: the collection and the recipient

	Chosen record.Kind = "chosen" // user: transport.Choice, how the user wants to be told besides the feed
	Silent record.Kind = "silent" // author, address as a Hash: it wants no letters on what the author shares; empty
)

// Name is a word in a key.
type Name string

// String returns the word.
func (n Name) String() string { return string(n) }

// Number is a number in a key, such that keys are in the order of the numbers.
type Number uint64

// String returns the number in hexadecimal.
func (n Number) String() string { return fmt.Sprintf("%016x", uint64(n)) }

// Value returns the number as the value of a record.
func (n Number) Value() []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// NumberIn returns the number that a record has as its value; 0 if it is not there, or
// damaged.
func NumberIn(ctx context.Context, from record.Getter, key string) (Number, error) {
	r, err := record.Get(ctx, from, key)
	switch {
	case err != nil && !record.Damaged(err, key):
		return 0, err
	case len(r.Value) != 8:
		return 0, nil
	}
	return Number(binary.BigEndian.Uint64(r.Value)), nil
}

// NumberOf returns the number that ends a key; 0 if none does.
func NumberOf(key string) Number {
	n, err := strconv.ParseUint(key[strings.LastIndexByte(key, '/')+1:], 16, 64)
	if err != nil {
		return 0
	}
	return Number(n)
}

// Hash is how what is secret, or of any length, stands in keys.
type Hash string

// HashOf returns the hash of s.
func HashOf(s string) Hash {
	sum := sha256.Sum256([]byte(s))
	return Hash(hex.EncodeToString(sum[:]))
}

// String returns the hash in hexadecimal.
func (h Hash) String() string { return string(h) }
