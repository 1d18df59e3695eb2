// Package hubprogram is the program hub, for its mains: see examples/hub.
package hubprogram

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
	Letters    lettersWord        `cmd:"" help:"List the letters that nobody gets."`
	Bounce     bounceWord         `cmd:"" help:"Take a message from standard input that has come to -smtp-bounces: to an address that a report says is wrong no letters go until there is other news."`
	Completion program.Completion `cmd:"" help:"Print what makes bash complete these words."`
}

// Main runs the program. With on, a hub that runs takes part in a network.
func Main(on program.NetworkFlags) {
	g := &grammar{Run: runWord{On: on}}
	program.Main("hub", "The central server of Glimpse, in one folder.", g)
}
