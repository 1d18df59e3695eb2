package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/conformance/describe"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/signature"
)

// longest is the most bytes of a message: the longest vector in hexadecimal, and more.
const longest = 64 << 20

// serve answers commands with this repository's packages.
func serve(ctx context.Context, r io.Reader, w io.Writer) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longest)
	out := json.NewEncoder(w)
	for lines.Scan() {
		var q request
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return err
		}
		a, err := q.answer(ctx)
		a.ID, a.Error = q.ID, nameOf(err)
		if err := out.Encode(a); err != nil {
			return err
		}
	}
	return lines.Err()
}

func (q request) answer(ctx context.Context) (answer, error) {
	switch q.Do {
	case "decode":
		return q.decode()
	case "message":
		return q.message()
	case "apply":
		return q.apply()
	case "merge":
		return q.merge()
	case "verify":
		return q.verify(ctx)
	case "check":
		return q.check()
	case "make":
		return q.make(ctx)
	}
	return answer{}, fmt.Errorf("no command is named %q", q.Do)
}

func (q request) decode() (a answer, err error) {
	x, err := q.read(&a)
	if err != nil {
		return answer{}, err
	}
	again, err := x.MarshalBinary()
	sum := sha256.Sum256(again)
	a.Again = hex.EncodeToString(sum[:])
	return a, err
}

// read reads a document of any kind, and says in a what it is.
func (q request) read(a *answer) (encoding.BinaryMarshaler, error) {
	var limits collection.Limits
	if len(q.Limits) > 0 {
		if err := json.Unmarshal(q.Limits, &limits); err != nil {
			return nil, err
		}
	}
	switch q.Kind {
	case "update":
		return q.readUpdate(limits, a)
	case "end":
		e, err := collection.DecodeEnd(q.Data)
		a.Want = describe.End(e)
		return e, err
	case "endpoint":
		e, err := collection.DecodeEndpoint(q.Data)
		a.Want = describe.Endpoint(e)
		return e, err
	}
	c, err := limits.Decode(q.Data)
	if err == nil {
		a.Want, a.Validate = describe.Collection(c), nameOf(c.Validate())
		q.readers(c, a.Want)
	}
	return c, err
}

func (q request) readUpdate(limits collection.Limits, a *answer) (encoding.BinaryMarshaler, error) {
	u, err := limits.DecodeUpdate(q.Data)
	if err != nil {
		return nil, err
	}
	var n struct {
		Items int `cbor:"3,keyasint,omitempty"`
	}
	err = cbor.Unmarshal(q.Data, &n)
	a.Want = describe.Update(u, n.Items)
	return u, err
}

// readers says who of those that are asked for may read.
func (q request) readers(c collection.Collection, f describe.Fields) {
	named := map[collection.UserID]bool{}
	for u := range c.Recipients() {
		named[u] = true
	}
	var may, complete []string
	for _, text := range q.Readers {
		var u collection.UserID
		err := u.UnmarshalText([]byte(text))
		if err == nil && c.MayRead(u) {
			may = append(may, text)
		}
		if err == nil && c.MayReadComplete(u) && !named[u] {
			complete = append(complete, text)
		}
	}
	f.Set("readers", may, len(may) > 0)
	f.Set("accepted", complete, len(complete) > 0)
}

func (q request) apply() (a answer, err error) {
	c, err := collection.Decode(q.Collection)
	if err != nil {
		return a, err
	}
	u, err := collection.DecodeUpdate(q.Update)
	if err != nil {
		return a, err
	}
	if c, _, err = c.Apply(u); err == nil {
		a.Data, err = c.MarshalBinary()
	}
	return a, err
}

func (q request) merge() (a answer, err error) {
	c, err := collection.Decode(q.Collection)
	if err != nil {
		return a, err
	}
	d, err := collection.Decode(q.Other)
	if err != nil {
		return a, err
	}
	if c, _, err = c.Merge(d); err == nil {
		a.Data, err = c.MarshalBinary()
	}
	return a, err
}

func (q request) verify(ctx context.Context) (a answer, err error) {
	ring, err := keyring(q.Keys)
	if err == nil {
		err = ring.Load(ctx, bytes.NewReader(slices.Concat(q.Words...)))
	}
	if err != nil {
		return a, err
	}
	c, err := collection.Decode(q.Collection)
	if err != nil {
		return a, err
	}
	v, err := collection.Verify(ctx, ring, c)
	if err != nil {
		return a, err
	}
	a.Report = reportOf(v.Report())
	a.Data, err = v.Collection().MarshalBinary()
	return a, err
}

func keyring(keys []key) (*signature.Keyring, error) {
	ring := new(signature.Keyring)
	for _, k := range keys {
		public, err := signature.ParsePublicKey(k.Key)
		switch {
		case err != nil:
		case len(k.User) == 0:
			err = ring.AddAuthority(public)
		default:
			err = ring.Trust([16]byte(k.User), public)
		}
		if err == nil && k.Retired > 0 {
			err = ring.Retire(public.ID(), time.Unix(k.Retired, 0))
		}
		if err != nil {
			return nil, err
		}
		if k.Revoked {
			ring.Revoke(public.ID())
		}
	}
	return ring, nil
}

func reportOf(r collection.Report) *report {
	one := func(s *collection.Said) *said {
		if s == nil {
			return nil
		}
		return &sayings([]collection.Said{*s})[0]
	}
	return &report{one(r.Author), one(r.Authority), sayings(r.Updates), sayings(r.Ends), sayings(r.Revoked)}
}

func sayings(list []collection.Said) []said {
	all := make([]said, 0, len(list))
	for _, s := range list {
		one := said{At: s.At.Unix()}
		if s.At.IsZero() {
			one.At = 0
		}
		if !s.By.IsZero() {
			one.By = s.By.String()
		}
		if !s.Key.IsZero() {
			one.Key = s.Key.String()
		}
		all = append(all, one)
	}
	return all
}

// rights are the names of the rights.
var rights = map[string]label.Rights{
	"view": label.View, "search": label.Search, "fetch": label.Fetch, "print": label.Print, "re-share": label.Reshare, "export": label.Export,
}

// reasons are the answers of a gate, those that wrap others before them.
var reasons = []struct {
	name string
	err  error
}{
	{"unaccepted", label.ErrUnaccepted}, {"pending", label.ErrPending}, {"withdrawn", label.ErrWithdrawn},
	{"unknown", label.ErrUnknown}, {"forbidden", label.ErrForbidden}, {"not found", label.ErrNotFound},
}

func (q request) check() (a answer, err error) {
	var kind label.Kind
	if err := kind.UnmarshalText([]byte(q.Kind)); err != nil {
		return a, err
	}
	gate := label.NewGate(nil, kind, ladder(q.Versions))
	holder := label.Holder{Held: label.Hold(q.Held...), Author: q.Author, Unaccepted: q.Unaccepted}
	refused := gate.Check(q.Rank, rights[q.Right], q.Version, holder)
	a.Allowed = new(refused == nil)
	var r *label.Refusal
	if errors.As(refused, &r) {
		a.Lift = &lift{r.Lift.Rank, r.Lift.Held}
		for i := len(reasons) - 1; i >= 0; i-- {
			if errors.Is(refused, reasons[i].err) {
				a.Reason = reasons[i].name
			}
		}
	}
	return a, nil
}

// ladder returns the default ladder, or another of so many versions.
func ladder(versions int) label.Ladder {
	l := label.DefaultLadder()
	for len(l) < versions {
		l = append(l, label.Version{Name: fmt.Sprint("more ", len(l))})
	}
	return l[len(l)-versions:]
}
