package transporttest

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// ShareReceiver returns the link from one station to another one that takes shares.
func (n *Network) ShareReceiver(from, to string, at func() transport.ShareReceiver) transport.ShareReceiver {
	return stationLink{n.link(from, to), at}
}

// Home returns the link from one station to a peer, for those who may read what
// it keeps.
func (n *Network) Home(from, to string, at func() transport.Home) transport.Home {
	l := n.link(from, to)
	return homeLink{
		libraryLink{l, func() transport.Library { return at() }},
		inboxLink{l, func() transport.Inbox { return at() }},
		originalsLink{l, func() transport.Originals { return at() }},
	}
}

// Recipient returns the link from a station that tells the recipients itself to
// one of theirs.
func (n *Network) Recipient(from, to string, at func() transport.Recipient) transport.Recipient {
	return recipientLink{n.link(from, to), at}
}

// link is one direction of the network.
type link struct {
	*Network
	from, to string
	starts   int // of from, when the link was made
}

func (n *Network) link(from, to string) link {
	n.mu.Lock()
	defer n.mu.Unlock()
	return link{n, from, to, n.starts[from]}
}

// lost is the error of what does not arrive.
func (l link) lost(what string) error {
	return transport.At(transport.ErrUnreachable, l.from+" → "+l.to+": "+what)
}

// carry takes a request to its receiver and the answer back. Deliver hands over
// a request whose stream is cut off after that part of it, and returns the answer
// in its wire form.
func (l link) carry(m Message, deliver func(part float64) ([]byte, error)) (answer []byte, f fate, err error) {
	m.From, m.To = l.from, l.to
	if l.Observe != nil {
		if done := l.Observe(m); done != nil {
			defer func() { done(err) }()
		}
	}
	f, arrives := l.draw()
	if arrives != nil {
		arrives()
	}
	if _, ok := l.open(l.from, l.starts, l.to); !ok {
		return nil, f, l.lost("no way")
	}
	l.wait(f.there)
	before, ok := l.open(l.from, l.starts, l.to)
	if !ok || f.loseRequest {
		return nil, f, l.lost("request lost")
	}
	if f.late {
		l.arriveLate(func() {
			if now, ok := l.open(l.from, l.starts, l.to); ok && now == before {
				deliver(1)
			}
		})
	}
	part := 1.0
	if f.broken {
		part = f.breakAt
	}
	answer, err = overWire(deliver(part))
	if f.repeat {
		answer, err = overWire(deliver(part))
	}
	l.wait(f.back)
	if after, ok := l.open(l.from, l.starts, l.to); !ok || after != before || f.loseAnswer {
		return nil, f, l.lost("answer lost")
	}
	return answer, f, err
}

// overWire returns an answer as it arrives: an error becomes the fault that
// crosses a link.
func overWire(answer []byte, err error) ([]byte, error) {
	if err == nil {
		return answer, nil
	}
	data, err := transport.Encode(transport.NewFault(err))
	if err != nil {
		return nil, err
	}
	fault, err := transport.Decode[transport.Fault](data)
	if err != nil {
		return nil, err
	}
	return nil, &fault
}

// ask carries a message and returns the one that answers it.
func ask[Q, A any](l link, m Message, question Q, put func(Q) (A, error)) (A, error) {
	var none A
	request, err := transport.Encode(question)
	if err != nil {
		return none, err
	}
	answer, _, err := l.carry(m, func(float64) ([]byte, error) {
		q, err := transport.Decode[Q](request)
		if err != nil {
			return nil, err
		}
		a, err := put(q)
		if err != nil {
			return nil, err
		}
		return transport.Encode(a)
	})
	if err != nil {
		return none, err
	}
	return transport.Decode[A](answer)
}

// question is the message of a request whose address says it all.
type question struct{}

func about(what string, name collection.Name) Message {
	return Message{What: what, Ref: transport.Ref{Collection: name}}
}

type stationLink struct {
	link
	at func() transport.ShareReceiver
}

// Share implements transport.ShareReceiver.
func (l stationLink) Share(ctx context.Context, share transport.Share) (transport.Answer, error) {
	m := Message{What: "share"}
	if c, err := collection.Decode(share.Collection); err == nil {
		m.Ref.Collection = c.Name()
	}
	return ask(l.link, m, share, func(s transport.Share) (transport.Answer, error) { return l.at().Share(ctx, s) })
}

// Upload implements transport.ShareReceiver.
func (l stationLink) Upload(ctx context.Context, name collection.Name, stream io.Reader) (transport.Answer, error) {
	data, err := io.ReadAll(stream)
	if err != nil {
		return transport.Answer{}, err
	}
	answer, f, err := l.carry(about("upload", name), func(part float64) ([]byte, error) {
		a, err := l.at().Upload(ctx, name, cutOff(data, part))
		if err != nil {
			return nil, err
		}
		return transport.Encode(a)
	})
	if f.broken {
		err = l.lost("upload broke off")
	}
	if err != nil {
		return transport.Answer{}, err
	}
	return transport.Decode[transport.Answer](answer)
}

// cutOff is a reader of the first part of data, which breaks off there.
func cutOff(data []byte, part float64) io.Reader {
	if part >= 1 {
		return bytes.NewReader(data)
	}
	return io.MultiReader(bytes.NewReader(data[:int(part*float64(len(data)))]), broken{})
}

// broken is a connection that has broken.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// homeLink is the way to a peer.
type homeLink struct {
	libraryLink
	inboxLink
	originalsLink
}

type originalsLink struct {
	link
	at func() transport.Originals
}

// Original implements transport.Originals.
func (l originalsLink) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	m := Message{What: "original", Ref: ref, Length: n}
	return l.stream(m, func() (*transport.Stream, error) { return l.at().Original(ctx, ref, offset, n) })
}

// stream carries a request that is answered with a version.
func (l link) stream(m Message, open func() (*transport.Stream, error)) (*transport.Stream, error) {
	var size int64
	data, f, err := l.carry(m, func(float64) ([]byte, error) {
		s, err := open()
		if err != nil {
			return nil, err
		}
		size = s.Size
		data, err := io.ReadAll(s)
		return data, errors.Join(err, s.Close())
	})
	if err != nil {
		return nil, err
	}
	part := 1.0
	if f.broken {
		part = f.breakAt
	}
	return &transport.Stream{ReadCloser: io.NopCloser(cutOff(data, part)), Size: size}, nil
}
