package p2plink_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"io"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/transport/p2plink"
)

// TestTableIsTold: whoever serves the table is told the topic, by which only those who hold the
// collection know it, and nothing of what it is of: neither whose it is, nor what is in it, nor who
// reads it.
func TestTableIsTold(t *testing.T) {
	w := newWorld(t, 3, false)
	w.holds(w.eve)
	_, err := w.host(w.bob).Find(t.Context(), w.bob.Views(w.name))
	must(t, err)
	if w.asked.told(w.keyOf().Hash()) == 0 {
		t.Error("nothing was listened to")
	}
	c := w.bob.Views(w.name)
	identity := c.Identity()
	secret := map[string][]byte{"identity": identity[:], "id": w.name.ID[:], "author": w.name.Author[:], "title": []byte("Picnic"),
		"a recipient": w.bob.User[:], "who serves it": w.eve.User[:]}
	for i := range w.cam.Items {
		id := w.cam.Items[i].ID
		secret["an item"] = id[:]
		for what, data := range secret {
			if n := w.asked.told(data); n > 0 {
				t.Errorf("%s: in %d messages", what, n)
			}
		}
	}
}

// TestTopicAlone: who has seen the topic, as those who serve the table have, is answered by who
// holds the collection as if that held nothing; with another's question, too.
func TestTopicAlone(t *testing.T) {
	w := newWorld(t, 1, false)
	w.holds(w.eve)
	curious := newBare(t)
	must(t, curious.Connect(t.Context(), w.host(w.eve).Addresses()))
	identity := w.bob.Views(w.name).Identity()
	topic := sha256.Sum256(append([]byte("glimpse collection\x00"), identity[:]...))
	eve, bob := w.host(w.eve).Addresses().ID, w.host(w.bob).Addresses().ID
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce) // it never fails
	proof := func(secret []byte, caller string) []byte {
		mac := hmac.New(sha256.New, secret)
		mac.Write(slices.Concat([]byte("glimpse seeker\x00"), []byte(caller), []byte(eve), nonce))
		return mac.Sum(nil)
	}
	ask := func(topic, proof []byte) []byte {
		s, err := curious.NewStream(t.Context(), eve, stationProtocol)
		must(t, err)
		defer s.Close()
		question := slices.Concat([]byte{0x83, 0x58, 32}, topic, []byte{0x50}, nonce, []byte{0x58, 32}, proof)
		_, err = s.Write(question)
		must(t, err)
		must(t, s.CloseWrite())
		answer, err := io.ReadAll(s)
		must(t, err)
		return answer
	}
	me := string(curious.ID())
	nothing := ask(make([]byte, 32), make([]byte, 32))
	for what, proof := range map[string][]byte{
		"no proof": make([]byte, 32), "made of the topic": proof(topic[:], me), "another's": proof(identity[:], string(bob)),
	} {
		if !bytes.Equal(ask(topic[:], proof), nothing) {
			t.Errorf("%s: it is told something", what)
		}
	}
	if answer := ask(topic[:], proof(identity[:], me)); bytes.Equal(answer, nothing) || !bytes.Contains(answer, []byte(p2plink.URL(eve))) {
		t.Error("who knows the collection is told nothing")
	}
}
