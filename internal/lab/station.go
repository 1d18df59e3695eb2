package lab

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// Station is a hub, a peer or a camera. What it has for good stands first, what is
// made again with each of its processes behind.
type Station struct {
	World     *World
	Name      string
	User      collection.UserID // zero at a hub
	Signer    *signature.Signer
	Role      signature.StationRole // in its user's roster
	Statement []byte                // of its key, and
	Token     string                // for the hub: empty before Enroll
	Store     transport.Store
	Card      Card

	HTTP   *http.Client
	Hub    *hub.Hub
	Device *device.Device
	*peer.Peer
}

// NewStation makes a station with a key and an empty store, of which no process runs.
func (w *World) NewStation(name string, user collection.UserID) *Station {
	return &Station{World: w, Name: name, User: user, Signer: Signer(name), Store: new(memstore.Store), Card: Card{}}
}

// begin begins a process.
func (s *Station) begin() {
	t := s.World.Net.Start(s.Name)
	if s.World.Wrap != nil {
		t = s.World.Wrap(s.Name, t)
	}
	s.HTTP = &http.Client{Transport: t}
}

// Enroll puts the station into its user's roster, and has the hub take its key and issue
// a token.
func (s *Station) Enroll(ctx context.Context) error {
	h := s.World.Hub.Hub
	var err error
	if s.Statement, err = Enroll(ctx, h, s.User, s.Name, s.Signer, s.Role); err == nil {
		s.Token, err = h.Accounts().Issue(ctx, s.User, s.Name)
	}
	return err
}

// URL is where the station is reached.
func (s *Station) URL() string { return s.World.Net.URL(s.Name) }

// Source is the peer as others know it.
func (s *Station) Source() transport.Source { return s.Peer.Source() }

// SourceAt is a station as others know it if it serves at a URL.
func SourceAt(s *Station, url string) transport.Source {
	e, err := collection.Endpoint{User: s.User, Key: s.Key(), Number: 1, URLs: []string{url}}.Sign(context.Background(), s.Signer)
	if err != nil {
		panic(err) // it is a URL
	}
	data, err := e.MarshalBinary()
	if err != nil {
		panic(err) // it was sealed
	}
	return transport.Source{User: s.User, URL: url, Endpoint: data}
}

// Key is the station's own.
func (s *Station) Key() collection.KeyID { return s.Signer.Public().ID() }

// Caller is the station as it calls others.
func (s *Station) Caller() httplink.Caller {
	return httplink.Caller{User: s.User, Signer: s.Signer, Statement: s.Statement, Now: s.World.Now}
}

// ToHub is the way of the station's process to the hub.
func (s *Station) ToHub() *httplink.Client {
	return httplink.NewClient(s.World.Hub.URL(), httplink.Bearer(s.Token), httplink.Options{HTTP: s.HTTP})
}

// To is its way to a peer.
func (s *Station) To(other *Station) *httplink.Client {
	return httplink.NewClient(other.URL(), httplink.Sealed(s.Caller(), other.Key()), httplink.Options{HTTP: s.HTTP, Key: other.Key()})
}

// Dial is its way to all peers.
func (s *Station) Dial() transport.Dialer {
	return httplink.Dialer(s.Caller(), httplink.Options{HTTP: s.HTTP})
}

// beside does at once what a station does beside requests.
func beside(work func()) { work() }

func (s *Station) random() io.Reader { return s.World.Random("numbers of " + s.Name) }

// HubConfig begins a process of a hub, and is how it is usually made.
func (s *Station) HubConfig() hub.Config {
	s.begin()
	return hub.Config{Store: s.Store, Dial: s.Dial(), Now: s.World.Now, Random: s.random(), Beside: beside, Probes: 1, UpkeepInterval: -1}
}

// StartHub makes a hub: the first station that has one is the world's.
func (s *Station) StartHub(ctx context.Context, cfg hub.Config) error {
	h, err := hub.New(ctx, s.Signer, cfg)
	if err != nil {
		return err
	}
	s.Hub = h
	s.World.Hub = cmp.Or(s.World.Hub, s)
	s.World.Net.Serve(s.Name, s.Key(), httplink.HubHandler(h, httplink.HandlerOptions{Now: s.World.Now}))
	return nil
}

// PeerConfig begins a process of a peer, and is how it is usually made: it trusts
// the hub, if there is one.
func (s *Station) PeerConfig() peer.Config {
	s.begin()
	cfg := peer.Config{
		Store: s.Store, Keys: new(signature.Keyring), Statement: s.Statement, URL: s.URL(), Dial: s.Dial(),
		Render: peer.RendererFunc(Render), Workers: 1, Now: s.World.Now, Random: s.random(), Beside: beside,
	}
	if s.Token != "" {
		cfg.Hub = s.ToHub()
	}
	if s.World.Hub != nil {
		cfg.Keys.AddAuthority(s.World.Hub.Hub.PublicKey())                          // a new keyring takes any key
		cfg.Keys.Load(context.Background(), bytes.NewReader(s.World.Hub.Statement)) // of an authority with operating keys
	}
	return cfg
}

// StartPeer makes a peer.
func (s *Station) StartPeer(ctx context.Context, cfg peer.Config) error {
	p, err := peer.New(ctx, s.User, s.Signer, cfg)
	if err != nil {
		return err
	}
	s.Peer = p
	s.World.Net.Serve(s.Name, s.Key(), httplink.PeerHandler(p, httplink.HandlerOptions{Now: s.World.Now}))
	return nil
}

// DeviceConfig begins a process of a camera, and is how it is usually made.
func (s *Station) DeviceConfig() device.Config {
	s.begin()
	return device.Config{Store: s.Store, Now: s.World.Now, Random: s.random(), Authority: s.World.Authority()}
}

// StartDevice makes a camera of what is on the card.
func (s *Station) StartDevice(cfg device.Config) {
	s.Device = device.New(s.User, s.Signer, device.MediaFunc(s.Card.Open), cfg)
}

// Close stops the hub or the peer in good order.
func (s *Station) Close(ctx context.Context) error {
	if s.Hub != nil {
		return s.Hub.Close(ctx)
	}
	return s.Peer.Close(ctx)
}
