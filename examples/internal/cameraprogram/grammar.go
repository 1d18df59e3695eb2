// Package cameraprogram is the program camera, for its mains: see examples/camera.
package cameraprogram

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

// Main runs the program. With on, a camera that syncs takes part in a network.
func Main(on program.NetworkFlags) {
	home := homeFlag{On: on}
	g := &grammar{Sync: syncWord{homeFlag: home}, Watch: watchWord{homeFlag: home}}
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
