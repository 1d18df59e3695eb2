package labtest

import (
	"bytes"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// Peer is a peer that the hub knows.
type Peer struct {
	*lab.Station
	*Wire
	w *World
}

// Peer makes a peer.
func (w *World) Peer(user collection.UserID, name string) *Peer {
	p := &Peer{w.station(user, name), w.Wire(name), w}
	p.Restart(nil)
	return p
}

// Restart makes the peer again from its store, with another config if change is given.
func (p *Peer) Restart(change func(*peer.Config)) {
	cfg := p.PeerConfig()
	cfg.Wait = shortly
	if p.w.Hub == nil {
		for user, name := range p.w.names {
			Must(p.w.T, cfg.Keys.Pin(user, lab.Signer(name).Public()))
		}
	}
	if change != nil {
		change(&cfg)
	}
	Must(p.w.T, p.StartPeer(p.w.T.Context(), cfg))
}

// Publishes publishes a collection.
func (p *Peer) Publishes(name collection.Name) {
	p.w.T.Helper()
	Must(p.w.T, p.Author.Publish(p.w.T.Context(), name))
}

// Previews shows a collection without its originals.
func (p *Peer) Previews(name collection.Name) {
	p.w.T.Helper()
	Must(p.w.T, p.Author.Preview(p.w.T.Context(), name))
}

// Withdraws withdraws items.
func (p *Peer) Withdraws(name collection.Name, items ...collection.ItemID) {
	p.w.T.Helper()
	Must(p.w.T, p.Author.Withdraw(p.w.T.Context(), name, items...))
}

// Retitles sets another title of a collection.
func (p *Peer) Retitles(name collection.Name, title string) {
	p.w.T.Helper()
	Must(p.w.T, p.Author.Edit(p.w.T.Context(), name, func(h *collection.Header, _ []collection.Item) { h.Title = title }))
}

// Imports imports the originals of a collection from a camera's card.
func (p *Peer) Imports(cam *Camera, name collection.Name) {
	p.w.T.Helper()
	for i, item := range cam.Items {
		Must(p.w.T, p.Import(p.w.T.Context(), cam.Ref(name, i, 2), bytes.NewReader(cam.Card[item.ID][2])))
	}
}
