//go:build unix

package httplink_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"sync"
)

// line carries connections over a serial line, one at a time: what httplink needs of Bluetooth, of
// a cable, or of any other way for bytes in both directions. Packets are as in RFC 1055, so that
// noise before the first and what is left of an earlier one spoil nothing that follows. A packet is
// the number of its connection, its kind, and bytes. The port may lose or change bytes: TLS finds
// that, and the connection breaks off.
type line struct {
	port io.ReadWriteCloser
	came chan net.Conn // connections that the other side has begun

	out sync.Mutex // of packets that go out

	mu      sync.Mutex // of what follows
	number  byte       // of the connection
	current net.Conn   // this end of its pipe; nil = there is none
}

// The kinds of packets.
const (
	begins = 'b'
	brings = 'd'
	ends   = 'e'
)

func newLine(port io.ReadWriteCloser) *line {
	l := &line{port: port, came: make(chan net.Conn)}
	go l.listen()
	return l
}

// Dial is http.Transport.DialContext, whatever the address. It ends the connection that there was.
func (l *line) Dial(context.Context, string, string) (net.Conn, error) {
	l.mu.Lock()
	number := l.number + 1
	own := l.begin(number)
	l.mu.Unlock()
	return own, l.write(number, begins, nil)
}

// begin makes the one connection, with mu held: two ends of a pipe, of which one is for http, with
// all that it asks of a net.Conn, and what comes out of the other one goes onto the line.
func (l *line) begin(number byte) net.Conn {
	if l.current != nil {
		l.current.Close()
	}
	own, other := net.Pipe()
	l.number, l.current = number, other
	go func() {
		kind, buffer := byte(brings), make([]byte, 1<<10)
		for kind == brings {
			n, err := other.Read(buffer)
			if err != nil {
				kind = ends
			}
			if l.write(number, kind, buffer[:n]) != nil {
				own.Close()
			}
		}
	}()
	return own
}

// listen takes packets until the port is closed.
func (l *line) listen() {
	defer close(l.came)
	for in := bufio.NewReader(l.port); ; {
		packet, err := readPacket(in)
		if err != nil {
			l.mu.Lock()
			defer l.mu.Unlock()
			if l.current != nil {
				l.current.Close()
			}
			return
		}
		if len(packet) >= 2 {
			l.take(packet[0], packet[1], packet[2:])
		}
	}
}

// take takes a packet. One of a connection that has ended is late, and is nobody's.
func (l *line) take(number, kind byte, data []byte) {
	l.mu.Lock()
	if kind == begins {
		came := l.begin(number)
		l.mu.Unlock()
		l.came <- came
		return
	}
	to, late := l.current, number != l.number
	l.mu.Unlock()
	switch {
	case to == nil || late:
	case kind == brings:
		_, _ = to.Write(data) // until somebody reads it, or is gone
	case kind == ends:
		to.Close()
	}
}

// The bytes of RFC 1055.
const (
	slipEnd, slipEsc       = 0xc0, 0xdb
	slipEscEnd, slipEscEsc = 0xdc, 0xdd
)

// write writes a packet.
func (l *line) write(number, kind byte, data []byte) error {
	out := []byte{slipEnd}
	for _, b := range append([]byte{number, kind}, data...) {
		switch b {
		case slipEnd:
			out = append(out, slipEsc, slipEscEnd)
		case slipEsc:
			out = append(out, slipEsc, slipEscEsc)
		default:
			out = append(out, b)
		}
	}
	l.out.Lock()
	defer l.out.Unlock()
	_, err := l.port.Write(append(out, slipEnd))
	return err
}

func readPacket(in *bufio.Reader) (packet []byte, err error) {
	for escaped := false; ; {
		b, err := in.ReadByte()
		switch {
		case err != nil:
			return nil, err
		case b == slipEnd:
			return packet, nil
		case b == slipEsc:
			escaped = true
			continue
		case escaped && b == slipEscEnd:
			b = slipEnd
		case escaped && b == slipEscEsc:
			b = slipEsc
		}
		if escaped = false; len(packet) < 4<<10 { // else it is noise
			packet = append(packet, b)
		}
	}
}

// Accept implements net.Listener.
func (l *line) Accept() (net.Conn, error) {
	if conn, ok := <-l.came; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}

// Close implements net.Listener.
func (l *line) Close() error { return l.port.Close() }

// Addr implements net.Listener.
func (l *line) Addr() net.Addr { return &net.UnixAddr{Net: "serial"} }

var _ net.Listener = (*line)(nil)
