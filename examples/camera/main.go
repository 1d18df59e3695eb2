// Camera is a light station: it shares photos, films and documents of a folder at once,
// with thumbnails alone, and hands the originals over to its user's home later.
//
//	go run ./examples/camera join ADDRESS -data DIR            makes it a station of the user whose home is there
//	go run ./examples/camera share FOLDER -with Bob -data DIR  shares what is in the folder
//	go run ./examples/camera share FOLDER -with Bob -card -data DIR  so that peer take FOLDER takes it, without a network
//	go run ./examples/camera watch FOLDER -with Bob -data DIR  shares what comes into the folder, and syncs
//	go run ./examples/camera sync -data DIR                    hands the originals over to the home
//	go run ./examples/camera give ADDRESS -data DIR            hands the latest over to a friend, without a network
//
// What was interrupted, or could not be reached, is gone on with by the next command.
// The exit status is 0 if all went well, 1 if not, and 2 if the command line is of no use.
//
//	DIR/account                      whose it is, and its key: made when it joins
//	DIR/albums                       which files are shared, and their thumbnails
//	DIR/store                        what was made of them
package main

import (
	"context"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/signature"
)

// grammar is the command line.
type grammar struct {
	program.Config
	Data string `required:"" type:"path" placeholder:"DIR" help:"The folder of the camera; it is made when it joins."`

	Join       joinWord           `cmd:"" help:"Make the camera a station of a user."`
	Share      shareWord          `cmd:"" help:"Share what is in a folder: thumbnails now, originals by sync."`
	Watch      watchWord          `cmd:"" help:"Share what comes into a folder, and sync, until it is told to stop."`
	Sync       syncWord           `cmd:"" help:"Hand the originals over to the user's home."`
	Give       giveWord           `cmd:"" help:"Hand a collection over to the station of one of its recipients, over a local link."`
	List       listWord           `cmd:"" help:"List what was shared."`
	Completion program.Completion `cmd:"" help:"Print what makes bash complete these words."`
}

func main() {
	g := new(grammar)
	program.Main("camera", "Shares a folder of photos with Glimpse.", g)
}

type joinWord struct {
	Invitation string `arg:"" help:"What the other side prints: peer station add at home, or hub user add for a user who has only a camera."`
	Name       string `default:"camera" help:"What the station is called."`
}

// Run makes the camera a station.
func (w joinWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	return program.Join(ctx, env, g.Data, w.Name, signature.StationDevice, w.Invitation)
}
