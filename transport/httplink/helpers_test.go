package httplink

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// at is the time of all tests.
var at = time.Unix(1_800_000_000, 0)

func fixed() time.Time { return at }

// called is the key of the station that is called.
var called = collection.KeyID{2}

// sealer returns a caller, and the keys of a station that knows it.
func sealer(tb testing.TB) (Caller, Keys) {
	key, err := signature.GenerateKey(rand.Reader)
	must(tb, err)
	signer, err := signature.NewSigner(key, nil)
	must(tb, err)
	c := Caller{User: collection.UserID{1}, Signer: signer, Now: fixed}
	keys := new(signature.Keyring)
	must(tb, keys.Trust(c.User, signer.Public()))
	return c, forgetful{keys}
}

// forgetful learns no keys.
type forgetful struct{ *signature.Keyring }

func (forgetful) Learn(context.Context, [][]byte) error { return nil }

// anybody lets everybody in, but for those who call themselves nobody.
type anybody struct{}

func (anybody) Authenticate(r *http.Request) (transport.Identity, error) {
	if r.Header.Get("Authorization") == "nobody" {
		return transport.Identity{}, transport.ErrUnauthenticated
	}
	return transport.Identity{}, nil
}

// stub is a station that takes everything, returns a version of ten bytes, and
// counts the calls.
type stub struct {
	calls   int
	noLinks bool // it has given nobody a token
}

var digits = []byte("0123456789")

// handler serves a stub as a hub and as a peer.
func (s *stub) handler(o HandlerOptions) http.Handler {
	o.Letters = func(collection.UserID) transport.Letters { return s }
	hub, peer := HubHandler(stubHub{s, s}, o), PeerHandler(stubPeer{s}, o)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, path := range []string{"/v1/originals", "/v1/deliveries", "/v1/settings"} {
			if strings.HasPrefix(r.URL.Path, path) {
				peer.ServeHTTP(w, r)
				return
			}
		}
		hub.ServeHTTP(w, r)
	})
}

// stubHub is a hub that is the same for everybody.
type stubHub struct {
	transport.Hub
	transport.LinkAccess
}

func (h stubHub) As(collection.UserID) transport.Hub { return h.Hub }

func (stubHub) UserOf(context.Context, string) (collection.UserID, error) {
	return collection.UserID{}, transport.ErrUnauthenticated
}

func (stubHub) Running() context.Context { return context.Background() }

// stubPeer is a peer that is the same for everybody, and knows nobody's key.
type stubPeer struct{ *stub }

func (p stubPeer) As(transport.Identity) transport.Home { return p.stub }

func (stubPeer) Key() collection.KeyID { return called }

func (stubPeer) Verify(context.Context, string, []byte, []byte, time.Time) (user [16]byte, key [32]byte, err error) {
	return user, key, collection.ErrUnknownKey
}

func (stubPeer) Learn(context.Context, [][]byte) error { return nil }

func (stubPeer) Running() context.Context { return context.Background() }

func (s *stub) Share(context.Context, transport.Share) (transport.Answer, error) {
	s.calls++
	return transport.Answer{Next: transport.Done}, nil
}

func (s *stub) Push(_ context.Context, _ transport.Share, stream io.Reader) (transport.Answer, error) {
	s.calls++
	_, err := io.Copy(io.Discard, stream)
	return transport.Answer{Next: transport.Done}, brokenOff(err)
}

func (s *stub) Upload(_ context.Context, _ collection.Name, stream io.Reader) (transport.Answer, error) {
	s.calls++
	_, err := io.Copy(io.Discard, stream)
	return transport.Answer{Next: transport.Done}, brokenOff(err)
}

func (s *stub) PutVersion(_ context.Context, _ transport.Ref, offset int64, data io.Reader) (int64, error) {
	s.calls++
	if data == nil {
		return 4, nil
	}
	n, err := io.Copy(io.Discard, data)
	return offset + n, brokenOff(err)
}

func (s *stub) Announce(context.Context, transport.Announcement) (transport.Answer, error) {
	s.calls++
	return transport.Answer{Next: transport.Done}, nil
}

func (s *stub) Collection(context.Context, collection.Name) (transport.State, error) {
	s.calls++
	return transport.State{}, nil
}

func (s *stub) Updates(context.Context, collection.Name) (transport.State, error) {
	s.calls++
	return transport.State{}, nil
}

// Collections has nothing of any.
func (s *stub) Collections(_ context.Context, asked []transport.Known) iter.Seq2[transport.State, error] {
	s.calls++
	return func(yield func(transport.State, error) bool) {
		for i := 0; i < len(asked) && yield(transport.State{}, nil); i++ {
		}
	}
}

func (s *stub) Version(_ context.Context, _ transport.Ref, offset int64) (*transport.Stream, error) {
	return s.open(offset)
}

func (s *stub) open(offset int64) (*transport.Stream, error) {
	s.calls++
	if offset < 0 || offset > int64(len(digits)) {
		return nil, transport.ErrOffset
	}
	stream := io.NopCloser(bytes.NewReader(digits[offset:]))
	return &transport.Stream{ReadCloser: stream, Size: int64(len(digits)), Digest: collection.Digest{1}}, nil
}

func (s *stub) Versions(_ context.Context, _ collection.Name, _ int, held transport.Bits) (io.ReadCloser, error) {
	stream, err := s.open(int64(held.Len()))
	return stream, err
}

// Changes has nothing but a cursor, behind which the station has closed.
func (s *stub) Changes(_ context.Context, r transport.ChangesRequest) (transport.Changes, error) {
	s.calls++
	if r.After.Number > 0 {
		return transport.Changes{}, transport.ErrClosed
	}
	return transport.Changes{Next: transport.Cursor{Number: 1}}, nil
}

func (s *stub) Original(_ context.Context, _ transport.Ref, offset, _ int64) (*transport.Stream, error) {
	return s.open(offset)
}

func (s *stub) Originals(context.Context, collection.Name, transport.Bits) (io.ReadCloser, error) {
	return s.open(0)
}

func (s *stub) Deliver(context.Context, notify.Notification) error {
	s.calls++
	return nil
}

func (s *stub) VerifySeal(context.Context, transport.VerifyRequest) (transport.VerifyResponse, error) {
	s.calls++
	return transport.VerifyResponse{}, nil
}

func (s *stub) NewIdentifiers(context.Context, int) (transport.Identifiers, error) {
	s.calls++
	return transport.Identifiers{}, nil
}

func (s *stub) KeyNews(context.Context, transport.KeyNewsRequest) (transport.KeyNews, error) {
	s.calls++
	return transport.KeyNews{}, nil
}

func (s *stub) SetRoster(context.Context, []byte) ([]byte, error) {
	s.calls++
	return nil, nil
}

func (s *stub) Settings(context.Context) (transport.Settings, error) {
	s.calls++
	return transport.Settings{}, nil
}

func (s *stub) Channels(context.Context) (transport.Channels, error) {
	s.calls++
	return transport.Channels{Offered: []string{"mail"}}, nil
}

func (s *stub) Choose(context.Context, transport.Choice) (transport.Channels, error) {
	s.calls++
	return transport.Channels{}, nil
}

func (s *stub) Parked(context.Context) (transport.Parked, error) {
	s.calls++
	return transport.Parked{}, nil
}

func (s *stub) Glimpse(context.Context, string) (transport.Glimpse, error) {
	if s.noLinks {
		return transport.Glimpse{}, transport.ErrNotFound
	}
	s.calls++
	return transport.Glimpse{}, nil
}

func (s *stub) GuestVersion(_ context.Context, _ string, _, _ int, offset int64) (*transport.Stream, error) {
	if s.noLinks {
		return nil, transport.ErrNotFound
	}
	return s.open(offset)
}

// clientOf returns a client of what h serves.
func clientOf(tb testing.TB, h http.Handler) *Client {
	server := httptest.NewServer(h)
	tb.Cleanup(server.Close)
	return NewClient(server.URL, nil, Options{})
}

// calls are all calls of a client, which read all that they are given.
var calls = map[string]func(context.Context, *Client) error{
	"share":  func(ctx context.Context, c *Client) error { return second(c.Share(ctx, transport.Share{})) },
	"push":   func(ctx context.Context, c *Client) error { return second(c.Push(ctx, transport.Share{}, stream())) },
	"upload": func(ctx context.Context, c *Client) error { return second(c.Upload(ctx, collection.Name{}, stream())) },
	"put": func(ctx context.Context, c *Client) error {
		return second(c.PutVersion(ctx, transport.Ref{}, 0, stream()))
	},
	"stored": func(ctx context.Context, c *Client) error {
		n, err := c.PutVersion(ctx, transport.Ref{}, 0, nil)
		if err == nil && n != 4 {
			err = fmt.Errorf("%d bytes are stored", n)
		}
		return err
	},
	"announce":   func(ctx context.Context, c *Client) error { return second(c.Announce(ctx, transport.Announcement{})) },
	"collection": func(ctx context.Context, c *Client) error { return second(c.Collection(ctx, collection.Name{})) },
	"updates":    func(ctx context.Context, c *Client) error { return second(c.Updates(ctx, collection.Name{})) },
	"collections": func(ctx context.Context, c *Client) error {
		got := 0
		for _, err := range c.Collections(ctx, make([]transport.Known, 3)) {
			if got++; err != nil {
				return err
			}
		}
		if got != 3 {
			return fmt.Errorf("%d of 3", got)
		}
		return nil
	},
	"changes": func(ctx context.Context, c *Client) error { return second(c.Changes(ctx, transport.ChangesRequest{})) },
	"deliver": func(ctx context.Context, c *Client) error { return c.Deliver(ctx, notify.Notification{}) },
	"verify": func(ctx context.Context, c *Client) error {
		return second(c.VerifySeal(ctx, transport.VerifyRequest{}))
	},
	"ids": func(ctx context.Context, c *Client) error { return second(c.NewIdentifiers(ctx, 1)) },
	"keys": func(ctx context.Context, c *Client) error {
		return second(c.KeyNews(ctx, transport.KeyNewsRequest{}))
	},
	"roster":   func(ctx context.Context, c *Client) error { return second(c.SetRoster(ctx, nil)) },
	"channels": func(ctx context.Context, c *Client) error { return second(LettersOf(c).Channels(ctx)) },
	"choose": func(ctx context.Context, c *Client) error {
		return second(LettersOf(c).Choose(ctx, transport.Choice{}))
	},
	"parked":   func(ctx context.Context, c *Client) error { return second(LettersOf(c).Parked(ctx)) },
	"settings": func(ctx context.Context, c *Client) error { return second(c.Settings(ctx)) },
	"glimpse":  func(ctx context.Context, c *Client) error { return second(c.Glimpse(ctx, "token")) },
	"version":  func(ctx context.Context, c *Client) error { return read(c.Version(ctx, transport.Ref{}, 4)) },
	"versions": func(ctx context.Context, c *Client) error {
		return readAllOf(c.Versions(ctx, collection.Name{}, 0, transport.BitsOf(0, 1)))
	},
	"guest version": func(ctx context.Context, c *Client) error { return read(c.GuestVersion(ctx, "token", 0, 0, 4)) },
	"original":      func(ctx context.Context, c *Client) error { return read(c.Original(ctx, transport.Ref{}, 4, -1)) },
	"originals": func(ctx context.Context, c *Client) error {
		s, err := c.Originals(ctx, collection.Name{}, transport.BitsOf(0))
		return read(&transport.Stream{ReadCloser: s}, err)
	},
}

func second[T any](_ T, err error) error { return err }

func stream() io.Reader { return io.LimitReader(bytes.NewReader(digits), 10) }

// read reads a stream to its end, or the first 100 KB of it.
func read(s *transport.Stream, err error) error { return readAllOf(s, err) }

func readAllOf(s io.ReadCloser, err error) error {
	if err != nil {
		return err
	}
	_, err = io.CopyN(io.Discard, s, 100_000)
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return errors.Join(err, s.Close())
}
