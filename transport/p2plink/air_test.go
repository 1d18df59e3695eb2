package p2plink_test

import (
	"bytes"
	"encoding/hex"
	"net"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/libp2p/go-libp2p/core/peer"
)

// air is what is said to all of the local network, by mDNS.
type air struct {
	mu   sync.Mutex
	said [][]byte
}

// hears listens until the test ends.
func hears(t *testing.T) *air {
	t.Helper()
	needsMulticast(t)
	all, err := net.Interfaces()
	must(t, err)
	a := new(air)
	var done sync.WaitGroup
	t.Cleanup(done.Wait) // after they are closed
	for _, at := range all {
		if at.Flags&(net.FlagUp|net.FlagMulticast) != net.FlagUp|net.FlagMulticast {
			continue
		}
		conn, err := net.ListenMulticastUDP("udp4", &at, &net.UDPAddr{IP: net.IPv4(224, 0, 0, 251), Port: 5353})
		must(t, err)
		t.Cleanup(func() { must(t, conn.Close()) })
		done.Go(func() { a.listen(conn) })
	}
	return a
}

func (a *air) listen(conn *net.UDPConn) {
	for packet := make([]byte, 1<<16); ; {
		n, err := conn.Read(packet)
		if err != nil {
			return
		}
		a.mu.Lock()
		a.said = append(a.said, bytes.Clone(packet[:n]))
		a.mu.Unlock()
	}
}

// heard reports whether something was said, in any case of letters.
func (a *air) heard(what []byte) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, packet := range a.said {
		if bytes.Contains(packet, what) || bytes.Contains(bytes.ToLower(packet), bytes.ToLower(what)) {
			return true
		}
	}
	return false
}

// check waits until a host was heard, and finds out whether ids, keys, names or this computer's
// were, as they are or in hex.
func (a *air) check(t *testing.T, host peer.ID, secrets ...[]byte) {
	t.Helper()
	await(t, "that the host is heard", func() bool { return a.heard([]byte(host.String())) })
	computer, err := os.Hostname()
	must(t, err)
	if computer, _, _ = strings.Cut(computer, "."); len(computer) > 4 { // a shorter one is heard by chance
		secrets = append(secrets, []byte(computer))
	}
	for _, secret := range secrets {
		if a.heard(secret) || a.heard([]byte(hex.EncodeToString(secret))) {
			t.Errorf("%q is on the air", secret)
		}
	}
}
