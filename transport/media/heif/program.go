package heif

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// program is a decoder, compiled for this processor when it is first needed. It
// is safe for concurrent use.
type program struct {
	once    sync.Once
	loaded  chan struct{}
	runtime wazero.Runtime
	module  wazero.CompiledModule
	err     error
}

// load compiles the packed program unless that was done before. It waits for no
// longer than ctx lasts; compiling goes on for whoever comes next.
func (p *program) load(ctx context.Context, packed []byte, checkpoints []uint32) error {
	p.once.Do(func() {
		p.loaded = make(chan struct{})
		go func() {
			defer close(p.loaded)
			if p.err = p.compile(packed, checkpoints); p.err != nil {
				p.err = fmt.Errorf("heif: the decoder cannot be run: %w", p.err)
			}
		}()
	})
	select {
	case <-p.loaded:
		return p.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *program) compile(packed []byte, checkpoints []uint32) error {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return err
	}
	code, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	// the program outlives the call that needs it first
	ctx := withCheckpoints(context.Background(), checkpoints)
	p.runtime = wazero.NewRuntime(ctx)
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, p.runtime); err != nil {
		return err
	}
	p.module, err = p.runtime.CompileModule(ctx, code)
	return err
}
