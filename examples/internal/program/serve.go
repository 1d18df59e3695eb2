package program

import (
	"io"
	"net"
	"net/url"
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

// ServedAt is the base URL by which others reach what listens: the one that was said or, if that is
// empty, by the address, where a host's name stands for all of its addresses.
func ServedAt(said, scheme string, l net.Listener) (string, error) {
	if said != "" {
		if u, err := url.Parse(said); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return "", Usage("-url %q: it begins with http:// or https:// and has a host", said)
		}
		return strings.TrimSuffix(said, "/"), nil
	}
	host, port, _ := net.SplitHostPort(l.Addr().String())
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		if name, err := os.Hostname(); err == nil {
			host = name
		}
	}
	return scheme + "://" + net.JoinHostPort(host, port), nil
}
