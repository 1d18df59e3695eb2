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
	"github.com/glimpse-go/glimpse/examples/internal/peerprogram"
	"github.com/glimpse-go/glimpse/examples/internal/program"
)

func main() { peerprogram.Main(program.NoNetwork{}) }
