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
	author
	reader
	w *World
}

// author is a peer as its user's home.
type author struct{ p *Peer }

// reader is a peer as that of a recipient.
type reader struct{ p *Peer }

// Peer makes a peer.
func (w *World) Peer(user collection.UserID, name string) *Peer {
	p := &Peer{Station: w.station(user, name), Wire: w.Wire(name), w: w}
	p.author, p.reader = author{p}, reader{p}
	w.peers = append(w.peers, p)
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
func (a author) Publishes(name collection.Name) {
	a.p.w.T.Helper()
	Must(a.p.w.T, a.p.Author.Publish(a.p.w.T.Context(), name))
}

// PublishesPartial shows a collection without its originals.
func (a author) PublishesPartial(name collection.Name) {
	a.p.w.T.Helper()
	Must(a.p.w.T, a.p.Author.PublishPartial(a.p.w.T.Context(), name))
}

// Withdraws withdraws items.
func (a author) Withdraws(name collection.Name, items ...collection.ItemID) {
	a.p.w.T.Helper()
	Must(a.p.w.T, a.p.Author.Withdraw(a.p.w.T.Context(), name, items...))
}

// AcceptsReader accepts who the hub says users are.
func (a author) AcceptsReader(name collection.Name, users ...collection.UserID) {
	a.p.w.T.Helper()
	Must(a.p.w.T, a.p.Author.AcceptReader(a.p.w.T.Context(), name, users...))
}

// Retitles sets another title of a collection.
func (a author) Retitles(name collection.Name, title string) {
	a.p.w.T.Helper()
	Must(a.p.w.T, a.p.Author.Edit(a.p.w.T.Context(), name, func(h *collection.Header, _ []collection.Item) { h.Title = title }))
}

// Imports imports the originals of a collection from a camera's card.
func (a author) Imports(cam *Camera, name collection.Name) {
	a.p.w.T.Helper()
	for i, item := range cam.Items {
		Must(a.p.w.T, a.p.Import(a.p.w.T.Context(), cam.Ref(name, i, 2), bytes.NewReader(cam.Card[item.ID][2])))
	}
}
