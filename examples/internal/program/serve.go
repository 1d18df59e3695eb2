package program

import (
	"io"
	"net"
	"os"
	"strings"
	"time"
)

// Grace is for how long a service that is told to stop lets go on what is under way.
const Grace = 30 * time.Second

// Ready tells systemd that the service is ready, where that has started it:
// sd_notify(3). Elsewhere nothing happens.
func Ready() {
	name := os.Getenv("NOTIFY_SOCKET")
	if name == "" {
		return
	}
	if c, err := net.Dial("unixgram", name); err == nil {
		io.WriteString(c, "READY=1")
		c.Close()
	}
}

// URL is by which others reach what listens: the one that the operator says, or else one with
// the name of this computer where it listens at all addresses.
func URL(said, scheme string, l net.Listener) string {
	if said != "" {
		return strings.TrimSuffix(said, "/")
	}
	host, port, _ := net.SplitHostPort(l.Addr().String())
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		if name, err := os.Hostname(); err == nil {
			host = name
		}
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}
