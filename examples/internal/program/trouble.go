package program

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/enrol"
)

// troubles are what usually goes wrong, and what is to be done; the first that fits.
var troubles = []struct {
	err   error
	words string
}{
	{syscall.ENOSPC, "the disk is full; make room and start it again, nothing that was acknowledged is lost"},
	{syscall.EDQUOT, "the disk quota is used up; make room and start it again"},
	{syscall.EROFS, "the file system is read-only; choose another folder"},
	{syscall.EADDRINUSE, "another program uses that port; stop it, or choose another port"},
	{syscall.EADDRNOTAVAIL, "this computer does not have that address; choose another one to listen at"},
	{fs.ErrPermission, "no permission; choose another folder or port, or run it as the user whose they are"},
	{enrol.ErrSpent, "the invitation is over, or somebody else came with it first: have who invited you say no, and ask for a new one"},
	{enrol.ErrRefused, "the other side said no"},
	{enrol.ErrCommitment, "somebody interferes with the connection; try again over another network"},
	{transport.ErrPeerKey, "who answers there is not the station that the account names; if the hub was set up anew, join it again in a new folder"},
	{transport.ErrUnauthenticated, "the other side does not know this station, or a clock is wrong; set both clocks, or join again"},
	{transport.ErrStale, "the hub was not heard for a week; connect to it first"},
	{transport.ErrQuota, "that is more than this user may have there; ask who runs it"},
	{transport.ErrDigest, "bytes that are not the author's were refused; try again"},
	{transport.ErrSeal, "a seal was refused"},
	{syscall.ECONNREFUSED, "nobody answers there; start it, or check the address"},
	{transport.ErrUnreachable, "nobody answers there; check the address and the network, and try again"},
	{transport.ErrClosed, "the station is stopping; try again in a moment"},
	{transport.ErrStorage, "the store cannot be read or written; check the disk"},
	{fs.ErrNotExist, "there is no such file or folder; check the name, and whether the disk or card is there"},
}

// Trouble is the text of what ended a command, on one line, with what to do.
func Trouble(err error) string {
	if errors.As(err, new(UsageError)) || errors.As(err, new(plainError)) {
		return OneLine(err.Error())
	}
	if errors.As(err, new(*transport.Fault)) && errors.Is(err, transport.ErrStorage) {
		return "the other side cannot store that; who runs it is to look at its disk, and then try again (" + OneLine(err.Error()) + ")"
	}
	for _, t := range troubles {
		if errors.Is(err, t.err) {
			return t.words + " (" + OneLine(err.Error()) + ")"
		}
	}
	return OneLine(err.Error())
}

// plainError says all there is to say.
type plainError struct{ error }

// Unwrap returns the error itself.
func (e plainError) Unwrap() error { return e.error }

// Plain marks an error whose text says what to do.
func Plain(err error) error { return plainError{err} }

// maxParts is how many of many errors are told.
const maxParts = 3

// OneLine puts a text on one line that is safe to print: the first of many lines.
func OneLine(text string) string {
	var parts []string
	more := 0
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if len(parts) < maxParts {
			parts = append(parts, device.Caption(line))
		} else {
			more++
		}
	}
	if more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, "; ")
}
