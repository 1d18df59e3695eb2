package label

import (
	"errors"
	"fmt"
	"strconv"
)

// Rank is the availability of one item: a generation and a level, written as
// the number 16·generation + level, so that a greater rank is always newer
// news and two ranks are joined by taking the greater one. Within a generation
//
//	Pending 0 < 1 < … < 13 < Complete 14 < Withdrawn 15
//
// and level d, from 1 to 13, says that the first d versions of the ladder are
// on the network. An item is labelled unless it is complete.
//
// The zero Rank is Pending: what was never said, or was read from a map that
// does not have it, opens nothing. Every value of the type is a rank; whether
// a ladder has its level, [Ladder.Check] says, and whether a kind can write
// it, [Kind.Allows]. A Rank is a plain value, safe for concurrent use.
type Rank uint32

// The ranks of generation 0 that every ladder has.
const (
	Pending   Rank = 0  // no version is said to be there
	Complete  Rank = 14 // the complete version is on the network: no label
	Withdrawn Rank = 15 // the complete version will never come
)

// MaxVersions is the greatest number of versions in a ladder, and the level
// of a complete item. MaxGeneration is the last generation of an item.
const (
	MaxVersions   = 14
	MaxGeneration = 1<<28 - 1
)

const (
	levelBits = 4
	levelMask = 1<<levelBits - 1
)

// What is wrong with the parts of a rank; both come wrapped in a *RankError.
var (
	// ErrGeneration: there is no such generation, or no further one.
	ErrGeneration = errors.New("label: generation beyond the last")
	// ErrLevel: there is no such level, or the ladder does not have it.
	ErrLevel = errors.New("label: no such level")
)

// RankError is the refusal of a rank: which one, and why.
type RankError struct {
	Generation uint32
	Level      int
	Err        error // ErrGeneration or ErrLevel
}

// Error names what was refused and why.
func (e *RankError) Error() string {
	return fmt.Sprintf("%v: generation %d, level %d", e.Err, e.Generation, e.Level)
}

// Unwrap returns ErrGeneration or ErrLevel.
func (e *RankError) Unwrap() error { return e.Err }

// At returns the rank of a level in a generation: 0 pending, 1 to 13 that many
// versions, 14 complete, 15 withdrawn. Anything else is a *RankError that
// wraps ErrGeneration or ErrLevel, and Pending.
func At(generation uint32, level int) (Rank, error) {
	if generation > MaxGeneration {
		return Pending, &RankError{generation, level, ErrGeneration}
	}
	if level < 0 || level > levelMask {
		return Pending, &RankError{generation, level, ErrLevel}
	}
	return Rank(generation)<<levelBits | Rank(level), nil
}

// Generation returns how often the item's availability was taken back.
func (r Rank) Generation() uint32 { return uint32(r) >> levelBits }

// Level returns the level within the generation, 0 to 15, as in [At].
func (r Rank) Level() int { return int(r & levelMask) }

// Complete reports whether the item has no label.
func (r Rank) Complete() bool { return r&levelMask == Complete }

// Withdrawn reports whether the complete version will never come.
func (r Rank) Withdrawn() bool { return r&levelMask == Withdrawn }

// Labelled reports whether the item has a label: it is not complete.
func (r Rank) Labelled() bool { return !r.Complete() }

// Settled reports whether nothing more is awaited in this generation: the item
// is complete or withdrawn.
func (r Rank) Settled() bool { return r&levelMask >= Complete }

// Join returns what is known from both: the greater rank. It is associative,
// commutative and idempotent, so that any order, loss and repetition of
// messages ends in the same rank.
func (r Rank) Join(s Rank) Rank { return max(r, s) }

// Next returns the pending rank of the next generation, which takes back all
// that was said in this one. After MaxGeneration there is none: the answer is
// r itself and a *RankError that wraps ErrGeneration.
func (r Rank) Next() (Rank, error) {
	if r.Generation() == MaxGeneration {
		return r, &RankError{MaxGeneration, r.Level(), ErrGeneration}
	}
	return (r | levelMask) + 1, nil
}

// String returns "pending", "1 version", "2 versions", "complete" or
// "withdrawn", and the generation after an @ unless it is 0.
func (r Rank) String() string {
	s := levelName(r.Level())
	if g := r.Generation(); g > 0 {
		s += "@" + strconv.FormatUint(uint64(g), 10)
	}
	return s
}

func levelName(level int) string {
	switch Rank(level) {
	case Pending:
		return "pending"
	case 1:
		return "1 version"
	case Complete:
		return "complete"
	case Withdrawn:
		return "withdrawn"
	}
	return strconv.Itoa(level) + " versions"
}
