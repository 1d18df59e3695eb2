package label

import (
	"errors"
	"strconv"
)

// Refusal is the answer to a check that does not allow. Its text is the note
// that a user interface shows; its fields are what an interface needs to write
// its own. Which item it is about, the caller knows and adds.
type Refusal struct {
	Right   Rights // what was asked for and is refused
	Rank    Rank   // of the item
	Version int    // place in the ladder
	Name    string // the version's name, empty if the ladder has none
	Reason  error  // one of the answers, such as ErrPending, or an error that wraps one
	Lift    Lift   // what would lift the refusal
}

// Lift is what would lift a refusal; the zero Lift is nothing that has to do
// with availability. If both parts are given, either is enough.
type Lift struct {
	Rank Rank // the least later rank that would; Pending if none
	Held bool // holding this version here would, too
}

// Error says which right to which version is refused, why, and what would lift
// it.
func (e *Refusal) Error() string {
	return e.Right.String() + " of " + e.version() + " refused: " + e.why() + "; lifted " + e.lift()
}

// Unwrap returns the reason.
func (e *Refusal) Unwrap() error { return e.Reason }

func (e *Refusal) version() string {
	if e.Name != "" {
		return e.Name
	}
	return "version " + strconv.Itoa(e.Version)
}

func (e *Refusal) why() string {
	if e.Reason == nil {
		return "no reason is given"
	}
	return e.Reason.Error()
}

func (e *Refusal) lift() string {
	const held = "when this version is held here"
	switch {
	case e.Lift.Rank != Pending && e.Lift.Held:
		return e.rise() + " or " + held
	case e.Lift.Rank != Pending:
		return e.rise()
	case e.Lift.Held:
		return held
	}
	var a answer
	if errors.As(e.Reason, &a) {
		return a.lift
	}
	return "by nothing that is known"
}

// rise puts Lift.Rank into words.
func (e *Refusal) rise() string {
	level := e.Lift.Rank.Level()
	switch {
	case e.Lift.Rank.Generation() == e.Rank.Generation():
		return "when " + rises(level)
	case level == 0:
		return "when the author opens the item again"
	}
	return "when the author opens the item again and " + rises(level)
}

func rises(level int) string {
	switch Rank(level) {
	case Complete:
		return "the item is complete"
	case 1:
		return "1 version of the item is there"
	}
	return levelName(level) + " of the item are there"
}
