package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

type checkWord struct{}

// Run checks the hub in a folder on which none runs.
func (checkWord) Run(ctx context.Context, env program.Env, g *grammar) (err error) {
	if made, err := program.Exists(storeIn(g.Data)); err != nil || !made {
		return errors.Join(err, program.Plain(fmt.Errorf("there is no hub in %s", g.Data)))
	}
	s, err := open(ctx, g.Data, hub.Config{})
	if program.InUse(err) {
		return program.Plain(errors.New("a hub runs on the folder; stop it first, or check a backup of it"))
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	c := &checker{station: s, env: env, progress: program.NewProgress(env.Err)}
	err = c.all(ctx)
	c.progress.Done()
	if err != nil {
		return err
	}
	if c.bad > 0 {
		return program.Plain(fmt.Errorf("%s: restore the hub from a backup, or share again what is named here", human.Count(c.bad, "thing is wrong", "things are wrong")))
	}
	_, err = fmt.Fprintln(env.Out, c.counts()+": all as they were sealed.")
	return err
}

// checker goes through all that a hub has.
type checker struct {
	*station
	env      program.Env
	progress *program.Progress

	records, blobs, collections, versions, bad int
	bytes                                      int64
}

func (c *checker) counts() string {
	return fmt.Sprintf("%s, %s, %s, %s, %s read", human.Count(c.records, "record", "records"), human.Count(c.blobs, "blob", "blobs"),
		human.Count(c.collections, "collection", "collections"), human.Count(c.versions, "version", "versions"), human.Size(c.bytes))
}

// wrong names what is wrong.
func (c *checker) wrong(what string, err error) {
	c.bad++
	fmt.Fprintf(c.env.Out, "%s: %s\n", what, program.Trouble(err))
}

// all reads every record and blob, whose checksums the store compares, and then verifies
// every collection.
func (c *checker) all(ctx context.Context) error {
	var names []string
	for after, more := "", true; more; {
		more = false
		for r, err := range c.store.Scan(ctx, "", after, 0) {
			at, damaged := errors.AsType[*transport.PlaceError](err)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case damaged && at.Place > after: // the scan goes on behind it
				c.wrong("record "+at.Place, err)
				after, more = at.Place, true
			case err != nil:
				return err
			default:
				after = r.Key
				c.records++
				c.bytes += int64(len(r.Value))
			}
			if rest, ok := strings.CutPrefix(after, "c/"); ok {
				names = append(names, rest)
			}
			c.progress.Show(c.counts())
		}
	}
	if err := c.allBlobs(ctx); err != nil {
		return err
	}
	for _, text := range names {
		var name collection.Name
		author, id, _ := strings.Cut(text, "/")
		if err := errors.Join(name.Author.UnmarshalText([]byte(author)), name.ID.UnmarshalText([]byte(id))); err != nil {
			return err
		}
		if err := c.collection(ctx, name); err != nil {
			c.wrong("collection "+text, err)
		}
	}
	return ctx.Err()
}

func (c *checker) allBlobs(ctx context.Context) error {
	for info, err := range c.store.List(ctx, "", "", 0) {
		if err != nil {
			return err
		}
		if err := c.blob(ctx, info.Key); err != nil {
			c.wrong("blob "+info.Key, err)
		}
		c.progress.Show(c.counts())
	}
	return nil
}

func (c *checker) blob(ctx context.Context, key string) error {
	b, err := c.store.Open(ctx, key)
	if err != nil {
		return err
	}
	defer b.Close()
	c.blobs++
	n, err := io.Copy(io.Discard, io.NewSectionReader(b, 0, b.Size()))
	c.bytes += n
	return err
}

// collection verifies a collection's seals as a station would that trusts the hub alone,
// and the digests of the versions that are here.
func (c *checker) collection(ctx context.Context, name collection.Name) error {
	as := c.hub.As(name.Author)
	state, err := as.Collection(ctx, name)
	if err != nil {
		return err
	}
	c.collections++
	keys, err := c.keyring(ctx, state.Keys)
	if err != nil {
		return err
	}
	decoded, err := collection.Decode(state.Collection)
	if err != nil {
		return err
	}
	if _, err := collection.Verify(ctx, keys, decoded); err != nil {
		return err
	}
	for i := range decoded.Len() {
		for version := range len(decoded.Ladder()) - 1 {
			if err := c.version(ctx, as, decoded, i, version); err != nil {
				c.wrong(fmt.Sprintf("item %v of %v, version %d", decoded.Item(i).ID, name, version), err)
			}
		}
		c.progress.Show(c.counts())
	}
	return nil
}

// keyring knows the hub's key, and what it has said of others.
func (c *checker) keyring(ctx context.Context, statements [][]byte) (*signature.Keyring, error) {
	keys := new(signature.Keyring)
	return keys, errors.Join(keys.AddAuthority(c.hub.PublicKey()), program.Learn(ctx, keys, statements))
}

// version verifies a version's digest, if it is here.
func (c *checker) version(ctx context.Context, as transport.Library, of collection.Collection, item, version int) error {
	want, ok := of.Digest(item, version)
	if !ok {
		return nil // the author has not sealed it
	}
	ref := transport.Ref{Collection: of.Name(), Item: of.Item(item).ID, Version: version}
	stream, err := as.Version(ctx, ref, 0)
	if errors.Is(err, transport.ErrNotFound) || errors.Is(err, transport.ErrPending) {
		return nil
	}
	if err != nil {
		return err
	}
	defer stream.Close()
	c.versions++
	got, n, err := digest.Of(stream)
	c.bytes += n
	if err == nil && got != want {
		err = transport.ErrDigest
	}
	return err
}
