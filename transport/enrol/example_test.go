package enrol_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// A new camera joins at home, where the user key is: the home shows a code, the camera
// shows one, and a person finds them the same. Then the camera shares as the user's.
func Example() {
	ctx := context.Background()
	userKey := newSigner()
	user := collection.UserOf(userKey.ID())
	home, _ := peer.New(ctx, user, userKey, peer.Config{})

	// At home, a person wants to add a station: one attempt, until ctx ends.
	attempt, err := enrol.NewAttempt(ctx, enrol.Offer{User: user, Key: userKey.Public()}, rand.Reader)
	fmt.Println("open:", err)

	// On the camera; over a network, attempt is an httplink.NewEnrolClient.
	cameraKey := newSigner()
	joiner, err := enrol.Join(ctx, attempt, cameraKey, signature.StationDevice, "Ann's camera", rand.Reader)
	fmt.Println("camera waits:", err)

	asking, code, err := attempt.Wait(ctx)
	fmt.Println("home asks:", asking.Name, code == joiner.Code(), err)

	// The person says yes on both sides.
	go admit(ctx, attempt, home, userKey)
	admission, err := joiner.Confirm(ctx)
	fmt.Println("camera is in:", admission.User == user, err)

	media := device.MediaFunc(func(_ context.Context, _ collection.ItemID, version int) (transport.Blob, error) {
		return blob{bytes.NewReader([]byte{byte(version)})}, nil
	})
	camera := device.New(admission.User, cameraKey, media, device.Config{Authority: collection.KeyID(admission.Authority.ID())})
	photo, _ := camera.NewItemID()
	name, _ := camera.Make(ctx, collection.Header{Title: "Picnic"}, collection.Body{Items: []collection.Item{{ID: photo}}})
	answer, err := camera.Share(ctx, home.As(transport.Identity{User: user}), name)
	fmt.Println("shared:", answer.Next, err)
	// Output:
	// open: <nil>
	// camera waits: <nil>
	// home asks: Ann's camera true <nil>
	// camera is in: true <nil>
	// shared: done <nil>
}

// admit goes on at home after the person's yes. The zero Roster is that of a user who has had
// one station so far.
func admit(ctx context.Context, attempt *enrol.Attempt, home *peer.Peer, userKey *signature.Signer) error {
	request, err := attempt.Confirm(ctx)
	if err != nil {
		return err
	}
	roster, err := request.AddTo(ctx, signature.Roster{}, userKey)
	if err != nil {
		return err
	}
	statement, err := roster.MarshalBinary()
	if err != nil {
		return err
	}
	if err := home.Learn(ctx, [][]byte{statement}); err != nil {
		return err
	}
	return attempt.Admit(statement)
}

// A camera without a screen writes its request on the card, and finds the admission there.
func ExampleNewRequest() {
	ctx := context.Background()
	userKey, cameraKey := newSigner(), newSigner()
	user := collection.UserOf(userKey.ID()) // the camera is told, by the same way

	asked, err := enrol.NewRequest(ctx, user, cameraKey, signature.StationDevice, "camera", rand.Reader)
	fmt.Println("the camera writes:", err)

	request, err := enrol.ReadRequest(asked)
	fmt.Println("home reads:", request.Name, request.User == user, err)
	roster, err := request.AddTo(ctx, signature.Roster{}, userKey)
	statement, _ := roster.MarshalBinary()
	admitted, err2 := request.Admit(ctx, enrol.Offer{User: user, Key: userKey.Public()}, statement)
	fmt.Println("home writes:", err, err2)

	admission, err := enrol.Accept(ctx, asked, admitted)
	keys := new(signature.Keyring) // those of the station, which it verifies others with
	fmt.Println("the camera reads:", admission.User == user, err, admission.AddTo(ctx, keys))
	// Output:
	// the camera writes: <nil>
	// home reads: camera true <nil>
	// home writes: <nil> <nil>
	// the camera reads: true <nil> <nil>
}

type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

func newSigner() *signature.Signer {
	key, err := signature.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	signer, err := signature.NewSigner(key, nil)
	if err != nil {
		panic(err)
	}
	return signer
}
