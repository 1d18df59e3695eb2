// Hub is a server that a family, a club or a newsroom can rely on: accounts, thumbnails,
// validation and notifications, in one folder, with SQLite.
//
//	go run ./examples/hub -data DIR                         runs it; -h shows all options
//	go run ./examples/hub user add Ann -data DIR            makes a user, and invites the first station
//	go run ./examples/hub backup TO -data DIR               while it runs
//	go run ./examples/hub letters -data DIR                 lists the letters that nobody gets
//	go run ./examples/hub check -data DIR                   verifies every checksum, digest and seal, and mends
//
// Words other than run speak to the hub that runs on the folder, over DIR/admin.sock, or
// open the folder themselves if none does. Whoever may read the folder may administer the
// hub. glimpse-hub.service and Containerfile beside this file start it at boot.
//
//	DIR/key.pem      the hub's key, made at the first start: who has it is the hub
//	DIR/store        everything else
//	DIR/acme         certificates, with -tls acme
//
// The exit status is 0 if all went well, 1 if not, and 2 if the command line is of no use.
package main

import (
	"github.com/glimpse-go/glimpse/examples/internal/hubprogram"
	"github.com/glimpse-go/glimpse/examples/internal/program"
)

func main() { hubprogram.Main(&program.NoNetwork{}) }
