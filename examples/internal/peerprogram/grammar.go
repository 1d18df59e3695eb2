// Package peerprogram is the program peer, for its mains: see examples/peer.
package peerprogram

import (
	"context"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/signature"
)

// grammar is the command line.
type grammar struct {
	program.Config
	Data string `required:"" type:"path" placeholder:"DIR" help:"The folder of the peer; it is made when it joins."`

	Join       joinWord           `cmd:"" help:"Make this computer a station of a user."`
	Run        runWord            `cmd:"" help:"Receive, serve, and publish what the user's cameras hand over, until it is told to stop."`
	List       listWord           `cmd:"" help:"List the collections that are known here."`
	Show       showWord           `cmd:"" help:"Show a collection: its items and labels and, in a folder, its thumbnails."`
	Wish       wishWord           `cmd:"" help:"Have originals fetched as soon as they are there."`
	Fetch      fetchWord          `cmd:"" help:"Fetch the originals that are there, into a folder."`
	Share      shareWord          `cmd:"" help:"Share what is in a folder, originals included."`
	Take       takeWord           `cmd:"" help:"Take what the user's cameras have written onto a card, or a USB drive."`
	Import     importWord         `cmd:"" help:"Take the originals of a collection of your own from a folder, such as of one that was made in a browser."`
	Publish    publishWord        `cmd:"" help:"Publish a collection that was handed over, or publish it again."`
	Withdraw   withdrawWord       `cmd:"" help:"Take items of your own back, for good."`
	End        endWord            `cmd:"" help:"End a collection of your own: nobody else is shown anything of it any more."`
	Room       roomWord           `cmd:"" help:"List what takes room here."`
	Drop       dropWord           `cmd:"" help:"Drop originals that others shared, to make room."`
	Address    addressWord        `cmd:"" help:"Print where this peer serves and with which key, for cameras and friends."`
	Station    stationWords       `cmd:"" help:"The user's other stations."`
	Contact    contactWords       `cmd:"" help:"What people are called: the user's address book, which cameras take over."`
	Completion program.Completion `cmd:"" help:"Print what makes bash complete these words."`
}

// Main runs the program. With on, a peer that runs takes part in a network.
func Main(on program.NetworkFlags) {
	g := &grammar{Run: runWord{On: on}}
	program.Main("peer", "A computer at home, or a recipient's, of Glimpse.", g)
}

type joinWord struct {
	Invitation string `arg:"" help:"What the other side prints: hub user add, or peer station add at home."`
	Name       string `default:"home" help:"What the station is called."`
}

// Run makes this computer a station.
func (w joinWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	return program.Join(ctx, env, g.Data, w.Name, signature.StationPeer, w.Invitation)
}
