// Peer is a computer at home, or a recipient's: it receives, shows, wishes, fetches,
// serves and publishes.
//
//	go run ./examples/peer join INVITATION -data DIR    makes it a station of a user
//	go run ./examples/peer run -data DIR                receives, serves, and publishes what cameras hand over
//	go run ./examples/peer list -data DIR               the collections that it knows
//	go run ./examples/peer show Lake -to FOLDER -data DIR
//	go run ./examples/peer share FOLDER -with bob@example.org -data DIR
//	go run ./examples/peer share FOLDER -with bob@example.org -replaces Lake -data DIR
//	go run ./examples/peer fetch Lake -to FOLDER -data DIR
//	go run ./examples/peer take FOLDER -data DIR        takes what is on a camera's card
//	go run ./examples/peer station add -data DIR        lets a camera join
//
// Words other than run speak to the peer that runs on the folder, over DIR/admin.sock, or
// open the folder themselves if none does. The exit status is 0 if all went well, 1 if
// not, and 2 if the command line is of no use.
//
//	DIR/account                      whose it is, and its key: made when it joins
//	DIR/store                        everything else
package main

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

func main() {
	g := new(grammar)
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
