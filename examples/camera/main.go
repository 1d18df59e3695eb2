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
	"github.com/glimpse-go/glimpse/examples/internal/cameraprogram"
	"github.com/glimpse-go/glimpse/examples/internal/program"
)

func main() { cameraprogram.Main(program.NoNetwork{}) }
