package p2plink_test

import (
	"encoding/xml"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/glimpse-go/glimpse/transport/p2plink"
)

// The names of UPnP (UPnP Device Architecture 1.0, WANIPConnection:1).
const (
	upnpDevice  = "urn:schemas-upnp-org:device:WANConnectionDevice:1"
	upnpService = "urn:schemas-upnp-org:service:WANIPConnection:1"
)

// upnp is a router that leads ports to those in the house who ask for them.
type upnp struct {
	in     *internet
	router string // the name of its namespace
	mapped atomic.Int64
}

// mapsPorts has a router do so until the test ends.
func (i *internet) mapsPorts(router string) *upnp {
	i.tb.Helper()
	u := &upnp{in: i, router: router}
	must(i.tb, u.nft("chain ip home pre { type nat hook prerouting priority -100 ; }"))
	must(i.tb, u.nft("rule ip home in ct status dnat accept"))
	var searches *net.UDPConn
	var calls net.Listener
	must(i.tb, within("/run/netns/"+i.prefix+router, func() error {
		lan, err := net.InterfaceByName("lan")
		if err == nil {
			searches, err = net.ListenMulticastUDP("udp4", lan, &net.UDPAddr{IP: net.IPv4(239, 255, 255, 250), Port: 1900})
		}
		if err == nil {
			calls, err = net.Listen("tcp", "192.168.1.1:5000")
		}
		return err
	}))
	server, done := &http.Server{Handler: u}, make(chan struct{}, 2)
	go func() {
		_ = server.Serve(calls) // until it is closed
		done <- struct{}{}
	}()
	go func() {
		answers(searches)
		done <- struct{}{}
	}()
	i.tb.Cleanup(func() {
		must(i.tb, server.Close())
		must(i.tb, searches.Close())
		<-done
		<-done
	})
	return u
}

// nft adds a rule to those of the router.
func (u *upnp) nft(rule string) error {
	return u.in.try("ip netns exec NS" + u.router + " nft add " + rule)
}

// answers answers searches for routers, until it is closed.
func answers(searches *net.UDPConn) {
	search := make([]byte, 2048)
	for {
		n, from, err := searches.ReadFromUDPAddrPort(search)
		if err != nil {
			return
		}
		if strings.Contains(string(search[:n]), upnpDevice) {
			answer := "HTTP/1.1 200 OK\r\nST: " + upnpDevice + "\r\nUSN: uuid:1::" + upnpDevice + "\r\nLOCATION: http://192.168.1.1:5000/\r\n\r\n"
			_, _ = searches.WriteToUDPAddrPort([]byte(answer), from) // who searches does so several times
		}
	}
}

// ServeHTTP says what the router is, and does what it is asked for.
func (u *upnp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, action, _ := strings.Cut(strings.Trim(r.Header.Get("SOAPAction"), `"`), "#")
	said := ""
	switch action {
	case "":
		fmt.Fprintf(w, `<root xmlns="urn:schemas-upnp-org:device-1-0"><device><deviceType>%s</deviceType><serviceList><service>`+
			`<serviceType>%s</serviceType><controlURL>/control</controlURL></service></serviceList></device></root>`, upnpDevice, upnpService)
		return
	case "GetNATRSIPStatus":
		said = "<NewRSIPAvailable>0</NewRSIPAvailable><NewNATEnabled>1</NewNATEnabled>"
	case "GetExternalIPAddress":
		said = "<NewExternalIPAddress>60.1.1.2</NewExternalIPAddress>"
	case "AddPortMapping":
		var asked struct {
			Outside  uint16 `xml:"Body>AddPortMapping>NewExternalPort"`
			Protocol string `xml:"Body>AddPortMapping>NewProtocol"`
			Inside   uint16 `xml:"Body>AddPortMapping>NewInternalPort"`
			To       string `xml:"Body>AddPortMapping>NewInternalClient"`
		}
		err := xml.NewDecoder(r.Body).Decode(&asked)
		if err == nil {
			err = u.nft(fmt.Sprintf("rule ip home pre iifname wan %s dport %d dnat to %s:%d",
				strings.ToLower(asked.Protocol), asked.Outside, asked.To, asked.Inside))
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		u.mapped.Add(1)
	}
	fmt.Fprintf(w, `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">`+
		`<s:Body><u:%sResponse xmlns:u="%s">%s</u:%[1]sResponse></s:Body></s:Envelope>`, action, upnpService, said)
}

// TestMapPort: where a router leads a port to the home that asks for one, others reach the home
// there, without a relay.
func TestMapPort(t *testing.T) {
	t.Parallel()
	in := newInternet(t, "masquerade")
	router := in.mapsPorts("router-a")
	listen := []string{"/ip4/192.168.1.2/udp/4001/quic-v1"}
	ann := in.start("a", place{Listen: listen, MapPort: true})
	await(t, "a port at the router", func() bool {
		ann.AddrInfo = ann.asks(t, "").Addresses
		ann.Addrs = slices.DeleteFunc(ann.Addrs, func(at ma.Multiaddr) bool {
			ip, err := at.ValueForProtocol(ma.P_IP4)
			return err != nil || ip != "60.1.1.2"
		})
		return len(ann.Addrs) > 0
	})
	bob := in.start("b", place{Listen: listen, Known: []peer.AddrInfo{ann.AddrInfo}})
	got := bob.asks(t, p2plink.URL(ann.ID))
	if got.Direct != "" || got.Hash != photoHash() || got.Relays != 0 || router.mapped.Load() == 0 {
		t.Errorf("%+v", got)
	}
}
