package httplink

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// TestMayDial: only public unicast addresses are dialled, and what is listed.
func TestMayDial(t *testing.T) {
	for _, text := range strings.Fields("1.1.1.1 8.8.8.8 99.255.255.255 100.63.255.255 100.128.0.0 172.15.0.1 172.32.0.1 " +
		"192.0.1.1 192.169.0.1 223.255.255.255 2001:4860:4860::8888 2606:4700::1111 2a00::1 2001:200::1") {
		if !mayDial(netip.MustParseAddr(text), nil) {
			t.Errorf("%s is refused", text)
		}
	}
	for _, text := range strings.Fields("0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.255 169.254.169.254 " +
		"172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 " +
		"224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 " +
		":: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b:1::1 100::1 2001::1 2001:2::1 2001:10::1 2001:20::1 " +
		"2001:db8::1 2002:7f00:1::1 3fff::1 4000::1 5f00::1 fc00::1 fd00::1 fe80::1 fec0::1 ff02::1 fe80::1%eth0 2606:4700::1%eth0") {
		if mayDial(netip.MustParseAddr(text), nil) {
			t.Errorf("%s is dialled", text)
		}
	}
	home := []netip.Prefix{netip.MustParsePrefix("192.168.1.0/24"), netip.MustParsePrefix("fd00::/8")}
	for text, want := range map[string]bool{"192.168.1.7": true, "192.168.2.7": false, "fd12::1": true, "fc12::1": false, "8.8.8.8": true, "127.0.0.1": false} {
		if mayDial(netip.MustParseAddr(text), home) != want {
			t.Errorf("%s: %v", text, !want)
		}
	}
}

// TestDialer: nothing on this computer is reached by the URL that others name, however it
// is spelt, unless its network is listed.
func TestDialer(t *testing.T) {
	if runtime.GOOS == "wasip1" {
		t.Skip("its network is within the process: no address is dialed")
	}
	came := 0
	s := new(stub)
	serve := s.handler(HandlerOptions{Who: anybody{}})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		came++
		serve.ServeHTTP(w, r)
	}))
	defer server.Close()
	_, port, _ := strings.Cut(server.Listener.Addr().String(), ":")
	c, _ := sealer(t)
	fetch := func(dial transport.Dialer, url string) error {
		e, err := collection.Endpoint{User: collection.UserID{9}, Key: c.Signer.ID(), Number: 1, URLs: []string{url}}.Sign(t.Context(), c.Signer)
		if err != nil {
			t.Fatal(err)
		}
		data, err := e.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		return read(dial(transport.Source{User: e.User, URL: url, Endpoint: data}).Original(t.Context(), transport.Ref{}, 0, 1))
	}
	for _, host := range strings.Fields("127.0.0.1 localhost [::1] [::ffff:127.0.0.1] 0 0.0.0.0 2130706433 127.1 [::]") {
		url := "http://" + host + ":" + port
		if err := fetch(Dialer(c, Options{}), url); !errors.Is(err, transport.ErrUnreachable) || came > 0 {
			t.Errorf("%s: %v, %d requests", host, err, came)
		}
	}
	dial := Dialer(c, Options{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err := fetch(dial, server.URL); err != nil || came != 1 {
		t.Errorf("listed: %v, %d requests", err, came)
	}
}
