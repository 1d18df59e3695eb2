package heif

import (
	"context"
	"slices"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// The functions of the programs that are checkpoints: every picture calls them all
// the time, but not so often that it matters (every 100 µs or so). They have no
// names, only numbers, which hold for these versions of the programs; a test says
// whether they still do.
//
// Between checkpoints a goroutine that runs a program cannot be stopped, neither
// by a context nor by the garbage collector, for which the whole process would
// wait. The runtime's own way, WithCloseOnContextDone, asks at every turn of every
// loop and makes decoding several times slower.
var (
	heicCheckpoints = []uint32{754, 830, 1282}
	avifCheckpoints = []uint32{735, 747, 751}
)

// withCheckpoints returns a context that makes the compiler put in checkpoints at
// the calls of the given functions.
func withCheckpoints(ctx context.Context, functions []uint32) context.Context {
	return experimental.WithFunctionListenerFactory(ctx, experimental.FunctionListenerFactoryFunc(
		func(f api.FunctionDefinition) experimental.FunctionListener {
			if slices.Contains(functions, f.Index()) {
				return experimental.FunctionListenerFunc(checkpoint)
			}
			return nil
		}))
}

// checkpoint ends the program when the context of the call has ended. The runtime
// makes an error of the panic.
func checkpoint(ctx context.Context, _ api.Module, _ api.FunctionDefinition, _ []uint64, _ experimental.StackIterator) {
	if err := ctx.Err(); err != nil {
		panic(err)
	}
}
