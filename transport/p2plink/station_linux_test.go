package p2plink_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/p2plink"
)

// process is a station that is a process of its own, all in one namespace: for what opens its
// sockets itself, such as TCP and the search for a router.
type process struct {
	in  io.WriteCloser
	out *json.Decoder
	peer.AddrInfo
}

// place is where such a station is. Its environment has it, as the variable that placed names.
type place struct {
	Listen    []string
	Known     []peer.AddrInfo
	Reachable bool // and relays; otherwise it is known to be behind a router
	MapPort   bool // and it is not known
}

const placed = "GLIMPSE_TEST_STATION"

// told is what it says of itself when it is asked for, and of a URL.
type told struct {
	Addresses peer.AddrInfo
	Relays    int
	Punches   bool
	Hash      string // SHA-256, in hex, of what is at the URL
	Direct    string // why there is no direct connection, if there is none
	Failed    string
}

// TestMain is the main function of such a station, and of the tests.
func TestMain(m *testing.M) {
	if at := os.Getenv(placed); at != "" {
		if err := beStation([]byte(at)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// start starts a station in a namespace, until the test ends.
func (i *internet) start(namespace string, at place) *process {
	i.tb.Helper()
	env, err := json.Marshal(at)
	must(i.tb, err)
	ctx, stop := context.WithCancel(context.Background())
	c := exec.CommandContext(ctx, "ip", "netns", "exec", i.prefix+namespace, os.Args[0])
	c.Env, c.Stderr = append(os.Environ(), placed+"="+string(env)), os.Stderr
	in, err := c.StdinPipe()
	must(i.tb, err)
	out, err := c.StdoutPipe()
	must(i.tb, err)
	must(i.tb, c.Start())
	i.tb.Cleanup(func() {
		_ = in.Close() // then it ends
		timer := time.AfterFunc(patience, stop)
		defer timer.Stop()
		must(i.tb, c.Wait())
	})
	p := &process{in: in, out: json.NewDecoder(out)}
	p.AddrInfo = p.asks(i.tb, "").Addresses
	return p
}

// asks asks the station what it knows of itself, after it has asked for a URL, if one is given.
func (p *process) asks(tb testing.TB, url string) (t told) {
	tb.Helper()
	_, err := io.WriteString(p.in, url+"\n")
	must(tb, err)
	must(tb, p.out.Decode(&t))
	return t
}

// photo is what each such station serves.
var photo = strings.Repeat("a photo ", 1<<14)

func photoHash() string {
	hash := sha256.Sum256([]byte(photo))
	return hex.EncodeToString(hash[:])
}

func beStation(data []byte) error {
	var at place
	if err := json.Unmarshal(data, &at); err != nil {
		return err
	}
	cfg := p2plink.Config{
		Listen: at.Listen, Bootstrap: at.Known, Networks: []netip.Prefix{},
		Reachable: at.Reachable, Relay: at.Reachable, MapPort: at.MapPort,
	}
	if !at.Reachable && !at.MapPort {
		cfg.Options = append(cfg.Options, libp2p.ForceReachabilityPrivate())
	}
	key, err := signature.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	signer, err := signature.NewSigner(key, nil)
	if err != nil {
		return err
	}
	h, err := p2plink.New(context.Background(), signer, cfg)
	if err != nil {
		return err
	}
	defer h.Close() // the process ends
	go http.Serve(h.Listen(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, photo) // who reads it counts
	}))
	out := json.NewEncoder(os.Stdout)
	for asked := bufio.NewScanner(os.Stdin); asked.Scan(); {
		if err := out.Encode(tells(h, asked.Text())); err != nil {
			return err
		}
	}
	return nil
}

func tells(h *p2plink.Host, url string) told {
	t := told{Addresses: h.Addresses(), Relays: relayed(h), Punches: h.Punches()}
	if url == "" {
		return t
	}
	client := &http.Client{Transport: h.Transport(nil)}
	answer, err := client.Get(url)
	if err == nil {
		hash := sha256.New()
		_, err = io.Copy(hash, answer.Body)
		_ = answer.Body.Close() // it has been read
		t.Hash = hex.EncodeToString(hash.Sum(nil))
	}
	if err != nil {
		t.Failed = err.Error()
	}
	if err := h.Direct(url); err != nil {
		t.Direct = err.Error()
	}
	return t
}

// TestTCP: where routers let no UDP through, homes connect by TCP, through both routers.
func TestTCP(t *testing.T) {
	t.Parallel()
	in := newInternet(t, "masquerade")
	for _, router := range []string{"router-a", "router-b"} {
		in.run("ip netns exec NS" + router + " nft insert rule ip home in meta l4proto udp drop")
	}
	both := func(ip string) []string {
		return []string{"/ip4/" + ip + "/udp/4001/quic-v1", "/ip4/" + ip + "/tcp/4001"}
	}
	relay := in.start("wide", place{Listen: both("60.0.0.1"), Reachable: true})
	home := place{Listen: both("192.168.1.2"), Known: []peer.AddrInfo{relay.AddrInfo}}
	ann, bob := in.start("a", home), in.start("b", home)
	for _, p := range []*process{ann, bob} {
		await(t, "a place at the relay, and an address", func() bool {
			is := p.asks(t, "")
			return is.Relays == 2 && is.Punches // the relay has two addresses
		})
	}
	awaitNil(t, "where Ann's home is", func() error { // the relay's table knows
		if got := bob.asks(t, p2plink.URL(ann.ID)); got.Direct != "" || got.Hash != photoHash() {
			return fmt.Errorf("%+v", got)
		}
		return nil
	})
}

// TestAtOnce: a station that asks for something as soon as it is there gets it directly, too.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	in := newInternet(t, "masquerade")
	quic := func(ip string) []string { return []string{"/ip4/" + ip + "/udp/4001/quic-v1"} }
	relay := in.start("wide", place{Listen: quic("60.0.0.1"), Reachable: true})
	home := place{Listen: quic("192.168.1.2"), Known: []peer.AddrInfo{relay.AddrInfo}}
	ann := in.start("a", home)
	await(t, "a place at the relay, and an address", func() bool {
		is := ann.asks(t, "")
		return is.Relays == 1 && is.Punches
	})
	bob := in.start("b", home)
	if got := bob.asks(t, p2plink.URL(ann.ID)); got.Direct != "" || got.Hash != photoHash() {
		t.Errorf("%+v", got)
	}
}
