package label

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// MaxName is the greatest length of a version's name, in bytes.
const MaxName = 64

// Version is one resolution of the items of a collection.
type Version struct {
	// Name is 1 to MaxName bytes of UTF-8 without control characters.
	Name string
	// Pixels is the nominal number of pixels, width times height; 0 stands
	// for unlimited or unknown.
	Pixels int64
}

// Ladder names the versions of a collection's items, smallest first, 1 to
// MaxVersions of them. The last one is the complete version, the others are
// partial versions. A ladder is shared and must not be changed once it is used.
type Ladder []Version

// DefaultLadder returns a new ladder of thumbnail (160 × 120 pixels), screen
// (640 × 480) and original (unlimited).
func DefaultLadder() Ladder {
	return Ladder{
		{Name: "thumbnail", Pixels: 160 * 120},
		{Name: "screen", Pixels: 640 * 480},
		{Name: "original"},
	}
}

// ErrLadder says that a ladder is not valid; it comes wrapped in a
// *LadderError.
var ErrLadder = errors.New("label: invalid ladder")

// LadderError is the refusal of a ladder: the place in it, and why.
type LadderError struct {
	Index  int // of the version, counted from 0
	Reason string
}

// Error names what was refused and why.
func (e *LadderError) Error() string {
	return fmt.Sprintf("%v: version %d: %s", ErrLadder, e.Index, e.Reason)
}

// Unwrap returns ErrLadder.
func (e *LadderError) Unwrap() error { return ErrLadder }

// Validate returns nil if the ladder has 1 to MaxVersions versions, each with
// a name of its own, and pixels that are known never decrease; otherwise a
// *LadderError for the first version that breaks a rule.
func (l Ladder) Validate() error {
	if len(l) == 0 {
		return &LadderError{0, "there is none"}
	}
	if len(l) > MaxVersions {
		return &LadderError{MaxVersions, "too many versions"}
	}
	var pixels int64
	for i, v := range l {
		if reason := v.fault(l[:i], pixels); reason != "" {
			return &LadderError{i, reason}
		}
		pixels = max(pixels, v.Pixels)
	}
	return nil
}

// fault says what is wrong with a version that stands after the smaller ones,
// of which the largest has the given pixels.
func (v Version) fault(smaller Ladder, pixels int64) string {
	switch {
	case v.Name == "":
		return "it has no name"
	case len(v.Name) > MaxName:
		return "its name is too long"
	case !plain(v.Name):
		return "its name is not plain text"
	case v.Pixels < 0:
		return "its pixels are negative"
	case v.Pixels > 0 && v.Pixels < pixels:
		return "it is smaller than the version before"
	}
	if _, ok := smaller.Index(v.Name); ok {
		return "its name is used twice"
	}
	return ""
}

func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return false
		}
	}
	return utf8.ValidString(s)
}

// Index returns the place of the version with the given name.
func (l Ladder) Index(name string) (int, bool) {
	for i, v := range l {
		if v.Name == name {
			return i, true
		}
	}
	return 0, false
}

// Check returns nil if the ladder has the rank's level, in any generation:
// pending, 1 to len(l)-1 versions, complete, or withdrawn. The level len(l)
// does not exist, as all versions being there is complete. Otherwise it
// returns a *RankError that wraps ErrLevel.
func (l Ladder) Check(r Rank) error {
	level := r.Level()
	if level == 0 || level < len(l) || r.Settled() {
		return nil
	}
	return &RankError{r.Generation(), level, ErrLevel}
}
