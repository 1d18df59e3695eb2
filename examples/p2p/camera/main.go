// Camera is examples/camera, which can also find its user's home on the local network.
//
//	go run ./examples/p2p/camera sync -local -data DIR
//	go run ./examples/p2p/camera watch FOLDER -with Bob -local -data DIR
package main

import (
	"github.com/glimpse-go/glimpse/examples/internal/cameraprogram"
	"github.com/glimpse-go/glimpse/examples/p2p/internal/flags"
)

func main() { cameraprogram.Main(new(flags.Camera)) }
