package transport_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// messages holds one of every message, with every field.
var messages = []any{
	transport.Share{
		Collection: []byte("c"), From: transport.Peer, Serves: []transport.Bits{nil, {1}}, Offers: []transport.Bits{{3}},
		URL: "http://x", To: []string{"ann@example.org"}, Notifies: true,
	},
	transport.Answer{
		Next: transport.Upload, Collection: []byte("c"), Missing: []transport.Bits{{0, 1}},
		Parts: []transport.Part{{Item: 8, Version: 1, Size: 9}}, Updates: [][]byte{{1}}, Notify: true, Keys: [][]byte{{2}},
		Announced: "http://x", Refused: &transport.Fault{Code: 1}, Unknown: []string{"eve@example.org"},
	},
	transport.Announcement{Author: collection.UserID{1}, ID: collection.ID{2}, Items: transport.BitsOf(1), URL: "http://x"},
	transport.State{
		Collection: []byte("c"), Edition: collection.Digest{1}, Updates: [][]byte{{1}}, Keys: [][]byte{{2}},
		Sources: []transport.Source{{User: collection.UserID{1}, URL: "http://x", Items: transport.BitsOf(0)}},
	},
	transport.Changes{Next: transport.Cursor{Feed: transport.FeedID{4}, Number: 3}, Entries: []transport.Entry{{Number: 3, Notification: notify.Notification{
		ID: notify.ID{1}, Author: collection.UserID{1}, Collection: collection.ID{2}, To: collection.UserID{3}, Reason: notify.Shared,
		Title: "t", Note: "n", Link: "l", Items: 2, Labelled: 1, Edition: collection.Digest{1}, Updates: [][]byte{{1}}, Cover: []byte{2},
	}}}},
	transport.ChangesRequest{After: transport.Cursor{Feed: transport.FeedID{1}, Number: 2}},
	transport.ChangesRequest{Versions: true},
	transport.CollectionsRequest{Known: []transport.Known{{Author: collection.UserID{1}, ID: collection.ID{2}, Edition: collection.Digest{3}}, {ID: collection.ID{4}}}},
	transport.Lacking{State: &transport.State{Collection: []byte("c"), Ends: [][]byte{{1}}}},
	transport.Lacking{Refused: &transport.Fault{Code: 1}},
	transport.VersionsRequest{Held: transport.BitsOf(1, 9)},
	transport.Fault{Code: 8, About: "a", Differs: []string{"items"}},
	transport.Glimpse{Title: "t", Items: 2, Labelled: 1, Cover: []byte{1}, Versions: 1},
	transport.VerifyRequest{Type: "t", Statement: []byte{1}, Seal: []byte{2}, Issued: 3},
	transport.VerifyResponse{Outcome: transport.Expired, User: collection.UserID{1}, Key: collection.KeyID{2}},
	transport.IDRequest{Items: 1},
	transport.KeyNewsRequest{After: 1, Nonce: [16]byte{2}, Users: []collection.UserID{{3}}},
	transport.KeyNews{Number: 1, More: true, Changed: []transport.UserMark{{2}}, Statements: [][]byte{{3}}, Seal: []byte{4}},
	transport.RosterMessage{Roster: []byte{1}},
	transport.Identifiers{Collection: collection.ID{1}, Items: []collection.ItemID{{2}}},
	transport.Settings{Contacts: []transport.Contact{{Name: "n", User: collection.UserID{1}, Address: "a"}}, Values: map[string]string{"a": "b", "c": "d"}},
	transport.Choice{Language: "de", Addresses: map[string]string{"mail": "a@example.org"}, Codes: map[string]string{"mail": "code"}},
	transport.Channels{Offered: []string{"chat", "mail"}, Language: "de", Addresses: map[string]string{"mail": "a@example.org"}, Awaited: []string{"chat"}},
	transport.Parked{Letters: []transport.ParkedLetter{{Author: collection.UserID{1}, ID: collection.ID{2}, Address: "a@example.org", Since: 3, Refused: true}}},
}

// decodeAs decodes data as the type of like.
func decodeAs(like any, data []byte) (any, error) {
	switch like.(type) {
	case transport.Share:
		return any2(transport.DecodeMessage[transport.Share](data))
	case transport.Answer:
		return any2(transport.DecodeMessage[transport.Answer](data))
	case transport.Announcement:
		return any2(transport.DecodeMessage[transport.Announcement](data))
	case transport.State:
		return any2(transport.DecodeMessage[transport.State](data))
	case transport.Changes:
		return any2(transport.DecodeMessage[transport.Changes](data))
	case transport.ChangesRequest:
		return any2(transport.DecodeMessage[transport.ChangesRequest](data))
	case transport.CollectionsRequest:
		return any2(transport.DecodeMessage[transport.CollectionsRequest](data))
	case transport.Lacking:
		return any2(transport.DecodeMessage[transport.Lacking](data))
	case transport.VersionsRequest:
		return any2(transport.DecodeMessage[transport.VersionsRequest](data))
	case transport.Fault:
		return any2(transport.DecodeMessage[transport.Fault](data))
	case transport.Glimpse:
		return any2(transport.DecodeMessage[transport.Glimpse](data))
	case transport.VerifyRequest:
		return any2(transport.DecodeMessage[transport.VerifyRequest](data))
	case transport.VerifyResponse:
		return any2(transport.DecodeMessage[transport.VerifyResponse](data))
	case transport.IDRequest:
		return any2(transport.DecodeMessage[transport.IDRequest](data))
	case transport.KeyNewsRequest:
		return any2(transport.DecodeMessage[transport.KeyNewsRequest](data))
	case transport.KeyNews:
		return any2(transport.DecodeMessage[transport.KeyNews](data))
	case transport.RosterMessage:
		return any2(transport.DecodeMessage[transport.RosterMessage](data))
	case transport.Identifiers:
		return any2(transport.DecodeMessage[transport.Identifiers](data))
	case transport.Settings:
		return any2(transport.DecodeMessage[transport.Settings](data))
	case transport.Choice:
		return any2(transport.DecodeMessage[transport.Choice](data))
	case transport.Channels:
		return any2(transport.DecodeMessage[transport.Channels](data))
	case transport.Parked:
		return any2(transport.DecodeMessage[transport.Parked](data))
	}
	panic(fmt.Sprintf("%T", like))
}

func any2[M any](m M, err error) (any, error) { return m, err }

func TestMessagesAreReadAsWritten(t *testing.T) {
	for _, m := range messages {
		for _, m := range []any{m, reflect.Zero(reflect.TypeOf(m)).Interface()} {
			data, err := transport.Encode(m)
			must(t, err)
			back, err := decodeAs(m, data)
			if a, ok := m.(transport.Answer); ok && a.Next == 0 {
				continue // an answer says what comes next
			}
			if l, ok := m.(transport.Lacking); ok && l == (transport.Lacking{}) {
				continue // it says something
			}
			if err != nil {
				t.Errorf("%T %x: %v", m, data, err)
			}
			if d := cmp.Diff(m, back, cmpopts.EquateEmpty(), cmp.Exporter(func(reflect.Type) bool { return true })); d != "" {
				t.Errorf("%T: %s", m, d)
			}
		}
	}
}

// TestMalformedMessages names what the strict form refuses.
func TestMalformedMessages(t *testing.T) {
	for name, c := range map[string]struct {
		like any
		hex  string
	}{
		"nothing":                   {transport.ChangesRequest{}, ""},
		"not a map":                 {transport.ChangesRequest{}, "80"},
		"a key twice":               {transport.Fault{}, "a201010101"},
		"an unknown key":            {transport.Fault{}, "a20101181863"},
		"keys out of order":         {transport.Fault{}, "a20261610101"},
		"an empty field":            {transport.Fault{}, "a201010260"},
		"a long number":             {transport.Fault{}, "a1011801"},
		"an indefinite length":      {transport.Fault{}, "bf0101ff"},
		"a tag":                     {transport.Fault{}, "a101c101"},
		"a float":                   {transport.Fault{}, "a101f93c00"},
		"a wrong type":              {transport.Fault{}, "a1016161"},
		"bytes after":               {transport.Fault{}, "a1010100"},
		"cut off":                   {transport.Fault{}, "a101"},
		"text that is not UTF-8":    {transport.Fault{}, "a201010261ff"},
		"a role that is none":       {transport.Share{}, "a201400202"},
		"null for empty":            {transport.Answer{}, "a201010381f6"},
		"a next that is none":       {transport.Answer{}, "a10104"},
		"zero bytes at the end":     {transport.Answer{}, "a2010103814101" + "00"},
		"nobody's zero bytes":       {transport.VersionsRequest{}, "a101420100"},
		"neither state nor refusal": {transport.Lacking{}, "a0"},
		"a state and a refusal":     {transport.Lacking{}, "a201a1025820" + strings.Repeat("00", 32) + "02a10101"},
		"a state that is none":      {transport.Lacking{}, "a101a2025820" + strings.Repeat("00", 32) + "0481a30150" + strings.Repeat("00", 16) + "0260034100"},
		"a set that is not trimmed": {transport.Answer{}, "a20101038142" + "0100"},
		"more sets than versions":   {transport.Answer{}, "a2010103" + "8f" + "4101410141014101410141014101410141014101410141014101410141" + "01"},
		"a negative place":          {transport.Answer{}, "a2010104818320" + "0001"},
		"a short id":                {transport.ChangesRequest{}, "a101a20141010203"},
		"more labels than items":    {transport.Glimpse{}, "a20201" + "0302"},
		"an outcome that is none":   {transport.VerifyResponse{}, "a3010602" + "50" + strings.Repeat("00", 16) + "035820" + strings.Repeat("00", 32)},
		"a negative time":           {transport.VerifyRequest{}, "a4016002400340" + "0420"},
		"a negative number":         {transport.IDRequest{}, "a10120"},
		"settings out of order":     {transport.Settings{}, "a102a2616361646161" + "6162"},
		"deeply nested":             {transport.Changes{}, "a201a002" + "8181818181818181818181818180"},
	} {
		data, err := hex.DecodeString(c.hex)
		must(t, err)
		if m, err := decodeAs(c.like, data); !errors.Is(err, transport.ErrMalformed) {
			t.Errorf("%s: got %+v, %v", name, m, err)
		}
	}
}

func TestFaultsAreTheSameOnBothSides(t *testing.T) {
	for _, known := range []error{
		transport.ErrNotFound, transport.ErrUnauthenticated, transport.ErrForbidden, transport.ErrMalformed, transport.ErrTooLarge,
		transport.ErrDigest, transport.ErrSeal, transport.ErrDiffers, transport.ErrOffset, transport.ErrNotAsked, transport.ErrUnreachable,
		transport.ErrWithdrawn, transport.ErrConflict, transport.ErrStorage, transport.ErrPending, transport.ErrPeerKey, transport.ErrStale,
	} {
		data, err := transport.Encode(transport.NewFault(fmt.Errorf("secret: %w", transport.At(known, "place"))))
		must(t, err)
		f, err := transport.DecodeMessage[transport.Fault](data)
		must(t, err)
		if !errors.Is(&f, known) || !errors.Is(&f, transport.Err) || f.About != "place" || bytes.Contains(data, []byte("secret")) {
			t.Errorf("%v became %v", known, &f)
		}
	}
	own := transport.NewFault(transport.At(transport.ErrClosed, "place"))
	data, err := transport.Encode(own)
	must(t, err)
	theirs, err := transport.DecodeMessage[transport.Fault](data)
	must(t, err)
	if !errors.Is(own, transport.ErrClosed) || errors.Is(own, transport.ErrStopped) || errors.Is(&theirs, transport.ErrClosed) || !errors.Is(&theirs, transport.ErrStopped) {
		t.Errorf("another station that is closed is %v, this one %v", &theirs, own)
	}
	if f := transport.NewFault(errors.New("/home/ann: no space")); f.Code != 0 || f.Error() != transport.Err.Error() {
		t.Errorf("an error of no known kind: %v", f)
	}
	if f := (&transport.Fault{Code: 999}); !errors.Is(f, transport.Err) {
		t.Error("a code of later days")
	}
	differs := transport.NewFault(&collection.DiffError{Fields: []string{"items", "created"}})
	if !errors.Is(differs, transport.ErrDiffers) || len(differs.Differs) != 2 || differs.Error() == transport.ErrDiffers.Error() {
		t.Errorf("what differs: %v", differs)
	}
}

func FuzzDecode(f *testing.F) {
	for i, m := range messages {
		data, err := transport.Encode(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), data)
	}
	f.Fuzz(func(t *testing.T, kind uint8, data []byte) {
		m, err := decodeAs(messages[int(kind)%len(messages)], data)
		if err != nil {
			if !errors.Is(err, transport.ErrMalformed) {
				t.Errorf("error of another family: %v", err)
			}
			return
		}
		again, err := transport.Encode(m)
		if err != nil || !bytes.Equal(again, data) {
			t.Errorf("decoded and encoded again: %x, %v", again, err)
		}
	})
}

func ExampleEncode() {
	data, _ := transport.Encode(transport.Answer{Next: transport.Upload, Missing: []transport.Bits{transport.BitsOf(0, 1, 9)}})
	fmt.Printf("%x\n", data)
	answer, err := transport.DecodeMessage[transport.Answer](data)
	fmt.Println(answer.Next, answer.Missing[0].Len(), err)
	// Output:
	// a201010381420302
	// upload 3 <nil>
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
