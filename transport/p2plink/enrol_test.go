package p2plink_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/p2plink"
	station "github.com/glimpse-go/glimpse/transport/peer"
)

// userHome is a home that has the user key, and an attempt open.
type userHome struct {
	key     *signature.Signer
	user    collection.UserID
	host    *p2plink.Host
	peer    *station.Peer
	attempt *enrol.Attempt
}

func newUserHome(t *testing.T, cfg p2plink.Config) *userHome {
	t.Helper()
	h := &userHome{key: newSigner()}
	h.user = collection.UserOf(h.key.ID())
	h.host = newHost(t, h.key, cfg)
	var err error
	h.peer, err = station.New(t.Context(), h.user, h.key, station.Config{URL: h.host.URL()})
	must(t, err)
	h.attempt, err = enrol.NewAttempt(t.Context(), enrol.Offer{User: h.user, Key: h.key.Public()}, rand.Reader)
	must(t, err)
	serve(t, h.host, httplink.PeerHandler(h.peer, httplink.HandlerOptions{Enrol: func(string) *enrol.Attempt { return h.attempt }}))
	return h
}

// admit goes on after a person's yes.
func (h *userHome) admit(ctx context.Context) error {
	request, err := h.attempt.Confirm(ctx)
	if err != nil {
		return err
	}
	roster, err := request.AddTo(ctx, signature.Roster{}, h.key)
	if err != nil {
		return err
	}
	statement, err := roster.MarshalBinary()
	if err != nil {
		return err
	}
	if err := h.peer.Learn(ctx, [][]byte{statement}); err != nil {
		return err
	}
	return h.attempt.Admit(statement)
}

// TestEnrolsNearby: a camera that is told its user's id finds the user's home on the local network,
// becomes a station of the user's there, and hands over a photo; on the air is nobody's name.
func TestEnrolsNearby(t *testing.T) {
	heard, cfg := hears(t), p2plink.Config{Local: true, Client: true}
	home := newUserHome(t, cfg)
	must(t, home.host.ServeNearby(home.peer.Source()))
	host, key := newHost(t, nil, cfg), newSigner()
	var found []transport.Source
	await(t, "the home", func() (is bool) {
		var err error
		found, err = host.Nearby(t.Context(), home.user)
		must(t, err)
		return len(found) == 1
	})
	way := httplink.Options{HTTP: &http.Client{Transport: host.Transport(nil)}}
	const name = "Ann's small camera"
	joiner, err := enrol.Join(t.Context(), httplink.NewEnrolClient(found[0].URL, "", way), key, signature.StationDevice, name, rand.Reader)
	must(t, err)
	asking, code, err := home.attempt.Wait(t.Context())
	if must(t, err); code != joiner.Code() || asking.Name != name {
		t.Fatalf("%q asks with the code %s, and shows %s", asking.Name, code, joiner.Code())
	}
	admitted := make(chan error, 1)
	go func() { admitted <- home.admit(t.Context()) }()
	admission, err := joiner.Confirm(t.Context())
	must(t, err)
	must(t, <-admitted)
	to, err := httplink.Dialer(httplink.Caller{User: admission.User, Signer: key}, way).Reach(found[0])
	must(t, err)
	card := lab.Card{}
	camera := device.New(admission.User, key, device.MediaFunc(card.Open), device.Config{})
	photo, err := camera.NewItemID()
	must(t, err)
	card[photo] = lab.NewPhoto("photo", 4096, 10_000)
	album, err := camera.Make(t.Context(), collection.Header{Title: "Picnic"}, collection.Body{Items: []collection.Item{{ID: photo}}})
	must(t, err)
	if answer, err := camera.Sync(t.Context(), to, album); err != nil || len(answer.Missing) != 0 {
		t.Errorf("%+v, %v", answer, err)
	}
	homeKey, cameraKey := home.key.ID(), key.ID()
	heard.check(t, home.host.Addresses().ID, home.user[:], homeKey[:], cameraKey[:], []byte(name), []byte("Picnic"))
	heard.check(t, host.Addresses().ID)
}
