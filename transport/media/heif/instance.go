package heif

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/glimpse-go/glimpse/transport/media"
)

// instance is a decoder at work on one picture.
type instance struct {
	memory *memory
	module api.Module
}

// start makes an instance with memory of limit bytes. It must be closed.
func (p *program) start(ctx context.Context, limit int64) (*instance, error) {
	in := &instance{memory: newMemory(limit)}
	var err error
	in.module, err = p.runtime.InstantiateModule(experimental.WithMemoryAllocator(ctx, in.memory), p.module,
		wazero.NewModuleConfig().WithName(""))
	if err != nil {
		return nil, in.failed(ctx, err)
	}
	return in, nil
}

func (in *instance) close() {
	_ = in.module.Close(context.Background()) // it has no files that could fail
}

// call calls a function of the decoder that returns one number.
func (in *instance) call(ctx context.Context, name string, args ...uint64) (uint32, error) {
	res, err := in.module.ExportedFunction(name).Call(ctx, args...)
	if err != nil {
		return 0, in.failed(ctx, err)
	}
	return uint32(res[0]), nil
}

// failed tells why a call failed: the context ended, memory did not suffice, or
// the picture led the decoder astray.
func (in *instance) failed(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case in.memory.full:
		return &media.Error{Kind: media.ErrTooLarge, Err: errors.New("the decoder needs more memory than its header said")}
	}
	return &media.Error{Kind: media.ErrCorrupt, Err: fmt.Errorf("decoder: %w", err)}
}

// alloc returns memory of n bytes inside of the instance.
func (in *instance) alloc(ctx context.Context, n int64) (pointer, error) {
	at, err := in.call(ctx, "malloc", uint64(n))
	if err == nil && at == 0 {
		err = in.failed(ctx, errors.New("no memory"))
	}
	return pointer(at), err
}

// pointer is an address inside of an instance.
type pointer uint32

// bytes returns n bytes at p, which stay valid for as long as no function of the
// decoder is called, and for ever after the last.
func (in *instance) bytes(p pointer, n int64) ([]byte, error) {
	all := in.memory.all
	if n < 0 || n > int64(len(all)) || int64(p) > int64(len(all))-n {
		return nil, corrupt(fmt.Errorf("no %d bytes at %d", n, p))
	}
	return all[int64(p):][:n:n], nil
}

// load reads the file into the instance.
func (in *instance) load(ctx context.Context, job media.Job) (pointer, error) {
	at, err := in.alloc(ctx, job.Size)
	if err != nil {
		return 0, err
	}
	b, err := in.bytes(at, job.Size)
	if err != nil {
		return 0, err
	}
	_, err = io.ReadFull(io.NewSectionReader(job.Source, 0, job.Size), b)
	return at, err
}

// decode calls the function "decode" of the decoder.
func (in *instance) decode(ctx context.Context, args ...uint64) error {
	ok, err := in.call(ctx, "decode", args...)
	if err == nil && ok == 0 {
		err = in.failed(ctx, errors.New("not decoded"))
	}
	return err
}
