package enrol_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/enrol"
)

// FuzzRequest: what is read has the limits and is proved, and nothing panics.
func FuzzRequest(f *testing.F) {
	h := newHome(f, 1)
	good, err := enrol.NewRequest(context.Background(), h.user, signerOf(f, 2), signature.StationDevice, "camera", seeded(3))
	must(f, err)
	f.Add(good)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := enrol.ReadRequest(data)
		if err != nil {
			return
		}
		if r.Name == "" || len(r.Name) > enrol.MaxName || r.Role > signature.StationDevice {
			t.Errorf("read %+v", r)
		}
		must(t, r.Key.CheckPossession([32]byte{}, r.User, r.Proof))
	})
}

// FuzzAdmission: no other admission than the one that was made is accepted.
func FuzzAdmission(f *testing.F) {
	ctx, h := context.Background(), newHome(f, 1)
	asked, err := enrol.NewRequest(ctx, h.user, signerOf(f, 2), signature.StationDevice, "camera", seeded(3))
	must(f, err)
	r, err := enrol.ReadRequest(asked)
	must(f, err)
	roster, err := r.AddTo(ctx, h.roster, h.key)
	must(f, err)
	statement, err := roster.MarshalBinary()
	must(f, err)
	good, err := r.Admit(ctx, h.offer(), statement)
	must(f, err)
	f.Add(good)
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := enrol.Accept(t.Context(), asked, data)
		if err == nil && (a.User != h.user || !bytes.Equal(a.Statement, statement)) {
			t.Errorf("accepted %+v", a)
		}
	})
}

// offering is an Admitter that offers some bytes.
type offering struct {
	enrol.Admitter
	offer []byte
}

func (o offering) Commit(context.Context, enrol.Commitment) ([]byte, error) { return o.offer, nil }

func (offering) Reveal(context.Context, []byte) error { return nil }

// FuzzOffer: a station that joins answers any offer with a request that can be read, or not at
// all.
func FuzzOffer(f *testing.F) {
	h, key := newHome(f, 1), signerOf(f, 2)
	good, err := h.open(f.Context(), 3).Commit(f.Context(), enrol.Commitment{})
	must(f, err)
	f.Add(good)
	f.Fuzz(func(t *testing.T, data []byte) {
		j, err := enrol.Join(t.Context(), offering{offer: data}, key, signature.StationDevice, "camera", seeded(4))
		if err == nil && len(j.Code()) != 7 {
			t.Errorf("code %q", j.Code())
		}
	})
}

// FuzzText: there is one text of a message.
func FuzzText(f *testing.F) {
	f.Add(enrol.Text([]byte("a message")))
	f.Add("GLIMPSE:AB======")
	f.Fuzz(func(t *testing.T, text string) {
		message, err := enrol.FromText(text)
		if err == nil && enrol.Text(message) != string(bytes.TrimSpace([]byte(text))) {
			t.Errorf("%q is %x", text, message)
		}
	})
}
