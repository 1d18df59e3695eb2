package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/conformance/describe"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/signature"
)

// A request is one command; README.md says which fields each has.
type request struct {
	ID         int             `json:"id"`
	Do         string          `json:"do"`
	Kind       string          `json:"kind,omitempty"`
	Limits     json.RawMessage `json:"limits,omitempty"`
	Data       hexed           `json:"data,omitempty"`
	Readers    []string        `json:"readers,omitempty"`
	Collection hexed           `json:"collection,omitempty"`
	Update     hexed           `json:"update,omitempty"`
	Other      hexed           `json:"other,omitempty"`
	Keys       []key           `json:"keys,omitempty"`
	Words      []hexed         `json:"words,omitempty"`
	Versions   int             `json:"versions,omitempty"`
	Rank       label.Rank      `json:"rank,omitempty"`
	Right      string          `json:"right,omitempty"`
	Version    int             `json:"version,omitempty"`
	Held       []int           `json:"held,omitempty"`
	Author     bool            `json:"author,omitempty"`
	Unaccepted bool            `json:"unaccepted,omitempty"`
	Algorithm  string          `json:"algorithm,omitempty"`
	Items      int             `json:"items,omitempty"`
}

// A key is one that a keyring holds.
type key struct {
	User    hexed `json:"user"` // empty for an authority
	Key     hexed `json:"key"`
	Retired int64 `json:"retired,omitempty"`
	Revoked bool  `json:"revoked,omitempty"`
}

// An answer is that to one request.
type answer struct {
	ID         int             `json:"id"`
	Error      string          `json:"error,omitempty"`
	Want       describe.Fields `json:"want,omitempty"`
	Again      string          `json:"again,omitempty"`
	Validate   string          `json:"validate,omitempty"`
	Data       hexed           `json:"data,omitempty"`
	Report     *report         `json:"report,omitempty"`
	Allowed    *bool           `json:"allowed,omitempty"`
	Reason     string          `json:"reason,omitempty"`
	Lift       *lift           `json:"lift,omitempty"`
	Keys       []key           `json:"keys,omitempty"`
	Collection hexed           `json:"collection,omitempty"`
	Update     hexed           `json:"update,omitempty"`
	Validation hexed           `json:"validation,omitempty"`
}

type report struct {
	Author    *said  `json:"author"`
	Authority *said  `json:"authority"`
	Updates   []said `json:"updates"`
	Ends      []said `json:"ends"`
	Revoked   []said `json:"revoked"`
}

type said struct {
	By  string `json:"by"`
	Key string `json:"key"`
	At  int64  `json:"at"`
}

type lift struct {
	Rank label.Rank `json:"rank"`
	Held bool       `json:"held"`
}

// hexed are bytes that travel in hexadecimal.
type hexed []byte

func (h hexed) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

func (h *hexed) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

// refusals are the errors by their names; those that wrap others stand before them.
var refusals = []struct {
	name string
	err  error
}{
	{"ErrOrder", collection.ErrOrder}, {"ErrTruncated", collection.ErrTruncated}, {"ErrTrailing", collection.ErrTrailing},
	{"ErrType", collection.ErrType}, {"ErrNotCanonical", collection.ErrNotCanonical}, {"ErrUTF8", collection.ErrUTF8},
	{"ErrLength", collection.ErrLength}, {"ErrLadder", collection.ErrLadder}, {"ErrZero", collection.ErrZero},
	{"ErrMalformed", collection.ErrMalformed}, {"ErrLimit", collection.ErrLimit}, {"ErrRank", collection.ErrRank},
	{"ErrDuplicate", collection.ErrDuplicate}, {"ErrOtherCollection", collection.ErrOtherCollection},
	{"ErrOtherKind", collection.ErrOtherKind}, {"ErrDigestChanged", collection.ErrDigestChanged},
	{"ErrPreviewChanged", collection.ErrPreviewChanged}, {"ErrNotAuthorised", collection.ErrNotAuthorised},
	{"ErrUnsigned", collection.ErrUnsigned}, {"ErrUnknownKey", collection.ErrUnknownKey}, {"ErrRevoked", collection.ErrRevoked},
	{"ErrExpired", collection.ErrExpired}, {"ErrBadSeal", collection.ErrBadSeal},
	{"ErrChanged", signature.ErrChanged}, {"ErrKey", signature.ErrKey},
}

// nameOf returns the name of a refusal; empty for none.
func nameOf(err error) string {
	if err == nil {
		return ""
	}
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			return r.name
		}
	}
	return err.Error()
}

// isRefusal reports whether a name is one, or of the family of one.
func isRefusal(name, want string) bool {
	var have, family error
	for _, r := range refusals {
		if r.name == name {
			have = r.err
		}
		if r.name == want {
			family = r.err
		}
	}
	return name == want || have != nil && family != nil && errors.Is(have, family)
}
