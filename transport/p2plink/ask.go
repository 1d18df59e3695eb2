package p2plink

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

const (
	// patience is how long a station has for a question or an answer.
	patience = 10 * time.Second
	// maxKnown is of how many peer ids the keys are remembered.
	maxKnown = 1024
)

// keyOf returns the key of the station at a peer id, which it is asked for once, however many
// requests wait for it. The error wraps transport.ErrUnreachable, or transport.ErrPeerKey where
// it shows no key of its own.
func (h *Host) keyOf(ctx context.Context, at peer.ID) (key collection.KeyID, err error) {
	if key, ok := h.knows(at); ok {
		return key, nil
	}
	err = h.asking.Do(ctx, at, func() int64 { return 0 }, nil, func() error {
		known, ok := h.knows(at)
		if key = known; ok {
			return nil
		}
		a, err := h.ask(ctx, at, newQuestion(nil))
		if err == nil {
			key = collection.KeyID(a.key.ID())
		}
		return err
	})
	return key, err
}

func (h *Host) knows(at peer.ID) (collection.KeyID, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	key, ok := h.known[at]
	return key, ok
}

func newQuestion(of *topic) question {
	q := question{topic: of}
	_, _ = rand.Read(q.nonce[:]) // it never fails
	return q
}

// ask asks the station at a peer id, and checks that the answer is its own. Errors as those of
// keyOf.
func (h *Host) ask(ctx context.Context, at peer.ID, q question) (answer, error) {
	ctx, cancel := context.WithTimeout(network.WithAllowLimitedConn(ctx, "glimpse"), patience)
	defer cancel()
	data, err := h.exchange(ctx, at, q.encode())
	if err != nil {
		return answer{}, fmt.Errorf("%w: %w", transport.At(transport.ErrUnreachable, URL(at)), err)
	}
	a, err := decodeAnswer(data)
	if err != nil {
		return answer{}, fmt.Errorf("%w: %w", transport.At(transport.ErrPeerKey, URL(at)), err)
	}
	if err := a.check(at); err != nil {
		return answer{}, err
	}
	h.note(at, collection.KeyID(a.key.ID()))
	return a, nil
}

// exchange writes to a station and reads what it writes, until ctx ends.
func (h *Host) exchange(ctx context.Context, at peer.ID, data []byte) ([]byte, error) {
	if err := h.reach(ctx, at); err != nil {
		return nil, err
	}
	s, err := h.host.NewStream(ctx, at, stationProtocol)
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { _ = s.Reset() })()
	if _, err = s.Write(data); err == nil {
		err = s.CloseWrite()
	}
	if err == nil {
		data, err = io.ReadAll(io.LimitReader(s, maxAnswer))
	}
	if err != nil {
		_ = s.Reset() // the error that counts is known
		return nil, err
	}
	return data, s.Close()
}

// note remembers the key of a peer id: it is the same for as long as the peer id is.
func (h *Host) note(at peer.ID, key collection.KeyID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id := range h.known {
		if len(h.known) < maxKnown {
			break
		}
		delete(h.known, id)
	}
	h.known[at] = key
}

// answer answers a question of another station.
func (h *Host) answer(s network.Stream) {
	_ = s.SetDeadline(time.Now().Add(patience)) // who fails to set it fails to read
	data, err := io.ReadAll(io.LimitReader(s, maxQuestion))
	if err == nil {
		data, err = h.answerTo(s.Conn(), data)
	}
	if err == nil {
		_, err = s.Write(data)
	}
	if err != nil {
		_ = s.Reset() // who asked knows no more than that
		return
	}
	_ = s.Close() // likewise
}

// answerTo returns the answer to a question. Of a collection that is not announced here it is
// that of a station which holds nothing, of a user who is not served nearby likewise, and to who
// knows no more than the topic.
func (h *Host) answerTo(caller network.Conn, data []byte) ([]byte, error) {
	q, err := decodeQuestion(data)
	if err != nil {
		return nil, err
	}
	a := answer{key: h.signer.Public(), seal: h.seal}
	if q.topic != nil {
		h.mu.Lock()
		held := h.holds[*q.topic]
		if held == nil && isNearby(caller) {
			held = h.homes[*q.topic]
		}
		if by, me := caller.RemotePeer(), h.host.ID(); held != nil && q.asks(held.secret, by, me) {
			a.endpoint, a.proof = held.endpoint, proofOf(holder, held.secret, by, me, q.nonce)
		}
		h.mu.Unlock()
	}
	return a.encode()
}
