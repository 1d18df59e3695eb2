package keep

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport/memstore"
)

func TestZZ(t *testing.T) {
	k := &Keeper{Store: new(memstore.Store)}
	_, err := k.Receive(t.Context(), oneItem(), 0, 0, 0, io.MultiReader(bytes.NewReader(thumbnail), errReader{}))
	t.Log(err)
	n := int64(len(thumbnail))
	r1, w1 := io.Pipe()
	e1 := make(chan error, 2)
	go func() { _, err := k.Receive(t.Context(), oneItem(), 0, 0, n, r1); e1 <- err }()
	time.Sleep(50 * time.Millisecond)
	r2, w2 := io.Pipe()
	go func() { _, err := k.Receive(t.Context(), oneItem(), 0, 0, n, r2); e1 <- err }()
	time.Sleep(50 * time.Millisecond)
	w2.Write([]byte("garbage"))
	time.Sleep(50 * time.Millisecond)
	w1.Close()
	t.Log(<-e1)
	w2.Close()
	t.Log(<-e1)
	whole(t, k)
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errors.New("broken") }
