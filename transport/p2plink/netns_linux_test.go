package p2plink_test

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/p2p/transport/quicreuse"
	"golang.org/x/sys/unix"

	"github.com/glimpse-go/glimpse/transport/p2plink"
)

// internet is a network of this kernel's: stations with public addresses, and two houses behind a
// router each, which translates addresses and lets nothing in that was not asked for. Both houses
// have the same private addresses, as houses do.
type internet struct {
	tb     testing.TB
	prefix string // of the names of its network namespaces
}

// internets counts them: tests make several at once.
var internets atomic.Int64

// symmetric is how a router translates ports that chooses another one for each destination.
const symmetric = "masquerade fully-random"

// newInternet makes one until the test ends. The routers translate ports by a rule of nftables
// each: a masquerade that keeps ports where it can, as most do at home, or another.
func newInternet(tb testing.TB, masquerade ...string) *internet {
	tb.Helper()
	needsRouters(tb)
	i := &internet{tb, fmt.Sprintf("glimpse-%d-%d-", os.Getpid(), internets.Add(1))}
	for _, name := range []string{"wide", "router-a", "router-b", "a", "b"} {
		i.run("ip netns add NS" + name)
		tb.Cleanup(func() { i.run("ip netns del NS" + name) })
		i.run("ip -n NS" + name + " link set lo up")
	}
	for n := 1; n <= 4; n++ {
		i.run(fmt.Sprintf("ip -n NSwide addr add 60.0.0.%d/32 dev lo", n))
	}
	i.run("ip netns exec NSwide sysctl -q net.ipv4.ip_forward=1")
	i.house("a", 1, masquerade[0])
	i.house("b", 2, masquerade[len(masquerade)-1])
	return i
}

// house connects a home to its router, and that to the internet.
func (i *internet) house(name string, n int, masquerade string) {
	router := "NSrouter-" + name
	for _, command := range []string{
		fmt.Sprintf("ip -n NSwide link add to-%s type veth peer name wan netns %s", name, router),
		fmt.Sprintf("ip -n NSwide addr add 60.1.%d.1/24 dev to-%s", n, name),
		fmt.Sprintf("ip -n NSwide link set to-%s up", name),
		fmt.Sprintf("ip -n %s addr add 60.1.%d.2/24 dev wan", router, n),
		fmt.Sprintf("ip -n %s link set wan up", router),
		fmt.Sprintf("ip -n %s route add default via 60.1.%d.1", router, n),
		fmt.Sprintf("ip -n %s link add lan type veth peer name eth0 netns NS%s", router, name),
		fmt.Sprintf("ip -n %s addr add 192.168.1.1/24 dev lan", router),
		fmt.Sprintf("ip -n %s link set lan up", router),
		fmt.Sprintf("ip -n NS%s addr add 192.168.1.2/24 dev eth0", name),
		fmt.Sprintf("ip -n NS%s link set eth0 up", name),
		fmt.Sprintf("ip -n NS%s route add default via 192.168.1.1", name),
		fmt.Sprintf("ip netns exec %s sysctl -q net.ipv4.ip_forward=1", router),
		fmt.Sprintf("ip netns exec %s nft add table ip home", router),
		fmt.Sprintf("ip netns exec %s nft add chain ip home out { type nat hook postrouting priority 100 ; }", router),
		fmt.Sprintf("ip netns exec %s nft add rule ip home out oifname wan %s", router, masquerade),
		fmt.Sprintf("ip netns exec %s nft add chain ip home in { type filter hook forward priority 0 ; policy drop ; }", router),
		fmt.Sprintf("ip netns exec %s nft add rule ip home in iifname lan accept", router),
		fmt.Sprintf("ip netns exec %s nft add rule ip home in ct state established,related accept", router),
		fmt.Sprintf("ip netns exec %s nft add chain ip home self { type filter hook input priority 0 ; policy accept ; }", router),
		fmt.Sprintf("ip netns exec %s nft add rule ip home self iifname wan ct state new drop", router),
	} {
		i.run(command)
	}
}

// run runs a command, in which NS begins the name of a namespace.
func (i *internet) run(command string) {
	i.tb.Helper()
	must(i.tb, i.try(command))
}

func (i *internet) try(command string) error {
	args := strings.Fields(strings.ReplaceAll(command, "NS", i.prefix))
	if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", command, err, out)
	}
	return nil
}

// needsRouters skips a test where no network namespaces can be made, which is an error where
// GLIMPSE_NEED_ENGINES is 1.
func needsRouters(tb testing.TB) {
	tb.Helper()
	why := ""
	for _, program := range []string{"ip", "nft", "sysctl"} {
		if _, err := exec.LookPath(program); err != nil {
			why = err.Error()
		}
	}
	probe := &internet{tb, fmt.Sprintf("glimpse-%d-%d-", os.Getpid(), internets.Add(1))}
	if why == "" {
		if err := probe.try("ip netns add NSprobe"); err != nil {
			why = "network namespaces are made by root: " + err.Error()
		} else {
			probe.run("ip netns del NSprobe")
		}
	}
	if why != "" && os.Getenv("GLIMPSE_NEED_ENGINES") == "1" {
		tb.Fatal(why)
	} else if why != "" {
		tb.Skip(why)
	}
}

// at places a host at an address in a namespace: its sockets are opened there.
func (i *internet) at(namespace, ip string, cfg *p2plink.Config) {
	cfg.Networks = []netip.Prefix{} // none beside the public ones
	cfg.Listen = []string{"/ip4/" + ip + "/udp/4001/quic-v1"}
	listen := func(network string, at *net.UDPAddr) (conn net.PacketConn, err error) {
		err = within("/run/netns/"+i.prefix+namespace, func() error {
			conn, err = net.ListenUDP(network, at)
			return err
		})
		return conn, err
	}
	cfg.Options = append(cfg.Options, libp2p.QUICReuse(quicreuse.NewConnManager, quicreuse.OverrideListenUDP(listen),
		quicreuse.OverrideSourceIPSelector(func() (quicreuse.SourceIPSelector, error) { return from(net.ParseIP(ip)), nil })))
}

// from is the address that a host sends from.
type from net.IP

// PreferredSourceIPForDestination implements quicreuse.SourceIPSelector.
func (f from) PreferredSourceIPForDestination(*net.UDPAddr) (net.IP, error) { return net.IP(f), nil }

// within does something in a network namespace. Its thread ends if it cannot come back.
func within(namespace string, do func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		before, err := os.Open("/proc/thread-self/ns/net")
		if err == nil {
			defer before.Close()
			if err = enter(namespace); err == nil {
				err = do()
			}
			if unix.Setns(int(before.Fd()), unix.CLONE_NEWNET) == nil {
				runtime.UnlockOSThread()
			}
		}
		done <- err
	}()
	return <-done
}

func enter(namespace string) error {
	f, err := os.Open(namespace)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Setns(int(f.Fd()), unix.CLONE_NEWNET)
}
