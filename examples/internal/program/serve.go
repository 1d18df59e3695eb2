package program

import (
	"io"
	"net"
	"os"
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
