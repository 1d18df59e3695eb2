package peerprogram

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/peer"
)

type writer = io.Writer

func copyTo(to io.Writer, b transport.Blob) error {
	_, err := io.Copy(to, io.NewSectionReader(b, 0, b.Size()))
	return err
}

// write writes a version of an item into a file, whole or not at all.
func (s *service) write(ctx context.Context, v *peer.View, i, version int, name string, from func(context.Context, transport.Ref, io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".glimpse-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // it is gone if all went well
	ref := transport.Ref{Collection: v.Collection().Name(), Item: v.Collection().Item(i).ID, Version: version}
	if err := errors.Join(from(ctx, ref, f), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
