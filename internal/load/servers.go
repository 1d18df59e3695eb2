package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/jackc/pgx/v5"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/natsbus"
	"github.com/glimpse-go/glimpse/transport/pgstore"
	"github.com/glimpse-go/glimpse/transport/s3store"
)

// servers are those that the hubs of a store of the kind pg share. They are URLs: that of
// S3 has the key to it as user and password, and the bucket as path.
type servers struct {
	Postgres, S3, NATS string
	Prefix             string // of a store's schema and of its objects
}

// serversFile is where the folder of such a store says where it is.
const serversFile = "servers.json"

// found makes a schema for the records of a store, and notes where all of it is.
func (s servers) found(ctx context.Context, dir string) error {
	if s.Postgres == "" || s.S3 == "" || s.NATS == "" {
		return errors.New("-store pg needs all of -postgres, -s3 and -nats, or none")
	}
	s.Prefix = "load_" + strings.ToLower(rand.Text())
	u, err := url.Parse(s.Postgres)
	if err != nil {
		return err
	}
	if err := execute(ctx, s.Postgres, "CREATE SCHEMA "+s.Prefix); err != nil {
		return err
	}
	q := u.Query()
	q.Set("search_path", s.Prefix)
	u.RawQuery = q.Encode()
	s.Postgres = u.String()
	return s.write(dir)
}

// write says in a folder where a store is.
func (s servers) write(dir string) error {
	text, err := json.Marshal(s)
	return errors.Join(err, os.WriteFile(filepath.Join(dir, serversFile), text, 0o600))
}

// remove removes what found has made, and the blobs: in a bucket with versions, as far as
// that goes.
func (s servers) remove(ctx context.Context) error {
	blobs, err := s.blobs(ctx)
	if err != nil {
		return err
	}
	for b, listErr := range blobs.List(ctx, "", "", 0) {
		if err = errors.Join(err, listErr); listErr == nil {
			err = errors.Join(err, blobs.Delete(ctx, b.Key))
		}
	}
	return errors.Join(err, execute(ctx, s.Postgres, "DROP SCHEMA "+s.Prefix+" CASCADE"))
}

// execute executes a statement on a connection of its own.
func execute(ctx context.Context, server, sql string) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(ctx))
}

func readServers(dir string) (s servers, err error) {
	text, err := os.ReadFile(filepath.Join(dir, serversFile))
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(text, &s)
}

// blobs opens the blobs of a store.
func (s servers) blobs(ctx context.Context) (*s3store.Store, error) {
	u, err := url.Parse(s.S3)
	if err != nil {
		return nil, err
	}
	secret, _ := u.User.Password()
	client := s3.New(s3.Options{
		BaseEndpoint: aws.String(u.Scheme + "://" + u.Host), UsePathStyle: true, Region: "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider(u.User.Username(), secret, ""),
	})
	return s3store.Open(ctx, client, s3store.Config{Bucket: strings.Trim(u.Path, "/"), Prefix: s.Prefix + "/"})
}

// shared is a store that several hubs may have.
type shared struct {
	*pgstore.Records
	transport.Blobs
}

func openShared(ctx context.Context, dir string) (transport.Store, error) {
	s, err := readServers(dir)
	if err != nil {
		return nil, err
	}
	records, err := pgstore.Open(ctx, s.Postgres)
	if err != nil {
		return nil, err
	}
	blobs, err := s.blobs(ctx)
	if err != nil {
		return nil, errors.Join(err, records.Close())
	}
	return shared{records, blobs}, nil
}

// busOf is the bus of the hubs that share the store in a folder; nil where it is one hub's.
func busOf(kind, dir string, shared bool) (transport.Bus, error) {
	switch {
	case kind == "pg":
		s, err := readServers(dir)
		if err != nil {
			return nil, err
		}
		return natsbus.Connect(s.NATS)
	case shared:
		return new(memstore.Bus), nil // it does not reach the others
	}
	return nil, nil
}
