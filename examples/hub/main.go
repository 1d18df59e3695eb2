// Hub is a server that a family, a club or a newsroom can rely on: accounts, thumbnails,
// validation and notifications, in one folder, with SQLite.
//
//	go run ./examples/hub -data DIR                         runs it; -h shows all options
//	go run ./examples/hub user add Ann -data DIR            makes a user, and invites the first station
//	go run ./examples/hub backup TO -data DIR               while it runs
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
	"net/netip"

	"github.com/glimpse-go/glimpse/examples/internal/program"
)

// grammar is the command line.
type grammar struct {
	program.Config
	Data    string         `required:"" type:"path" placeholder:"DIR" help:"The folder of the hub; it is made at the first start."`
	Network []netip.Prefix `help:"Networks beside public addresses in which homes may be reached, such as 192.168.1.0/24."`

	Run        runWord            `cmd:"" default:"withargs" help:"Run the hub until it is told to stop; that is what happens without a word."`
	User       userWords          `cmd:"" help:"Users."`
	Station    stationWords       `cmd:"" help:"Stations of users."`
	Backup     backupWord         `cmd:"" help:"Copy the hub into a folder, also while it runs. The same folder again takes only what has changed."`
	Restore    restoreWord        `cmd:"" help:"Make a new hub folder of a backup."`
	Check      checkWord          `cmd:"" help:"Verify every checksum, digest and seal, and mend what can be mended; also while the hub runs. It takes as long as to copy it."`
	Completion program.Completion `cmd:"" help:"Print what makes bash complete these words."`
}

func main() {
	g := new(grammar)
	program.Main("hub", "The central server of Glimpse, in one folder.", g)
}
