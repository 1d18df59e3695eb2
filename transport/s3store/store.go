// Package s3store keeps blobs in a bucket of S3, or of a server that speaks it, for any
// number of processes.
//
//	PREFIX blobs/KEY!    a blob; the '!' keeps S3's order that of the keys
//	PREFIX parts/KEY!    what Close kept of an upload that was not committed
//
// Versioning has to be on in the bucket: an open blob is one version of its object,
// so that it can be read on when another takes its place or it is deleted. The
// bucket's lifecycle rules remove such versions; the README has them.
//
// An upload is gathered in a file on the local disk and sent by Commit: small ones
// in one request, larger ones in parts. So S3 has it whole or not at all, and what a
// process has gathered ends with it, unless Close has sent it as a part.
//
// What a server refuses for now, and what gets no answer, is tried again by the client
// with back-off. A change whose answer was lost is looked for before it is said to have
// failed.
package s3store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/glimpse-go/glimpse/transport"
)

// Config says where a store is. Bucket is required.
type Config struct {
	Bucket string
	Prefix string // of all objects: "", or it ends in '/'
	Spool  string // folder of the files of uploads under way; "" = os.TempDir()
	// Timeout bounds one request to S3, all its tries included; 0 = one minute. A try
	// that has no answer after a quarter of it is made again.
	Timeout time.Duration
}

// Store is a transport.Blobs in a bucket. Make it with Open. It holds nothing that has
// to be closed.
type Store struct {
	config Config
	client *s3.Client

	mu   sync.Mutex
	open map[string]bool // uploads under way, by key
}

var _ transport.Blobs = (*Store)(nil)

// tries is how often a request is made at most, where the client does not say it.
const tries = 6

// Open opens the store in a bucket. The client's settings are kept; where it has none, a
// request is made six times at most. An error wraps transport.ErrStorage: the bucket is
// not there, or it has no versioning.
func Open(ctx context.Context, client *s3.Client, config Config) (*Store, error) {
	if config.Timeout == 0 {
		config.Timeout = time.Minute
	}
	s := &Store{config: config, open: map[string]bool{}}
	s.client = s3.New(client.Options(), s.bound)
	request, cancel := s.request(ctx)
	defer cancel()
	versioning, err := s.client.GetBucketVersioning(request, &s3.GetBucketVersioningInput{Bucket: &s.config.Bucket})
	if err != nil {
		return nil, failed(ctx, err)
	}
	if versioning.Status != types.BucketVersioningStatusEnabled {
		return nil, transport.At(transport.ErrStorage, "no versioning in bucket "+s.config.Bucket)
	}
	return s, nil
}

// bound bounds the tries of a request, and how long one waits for its answer.
func (s *Store) bound(o *s3.Options) {
	if o.RetryMaxAttempts == 0 {
		o.RetryMaxAttempts = tries
	}
	if r, ok := o.Retryer.(aws.RetryerV2); ok {
		o.Retryer = retryer{r}
	}
	if c, ok := o.HTTPClient.(*awshttp.BuildableClient); ok {
		o.HTTPClient = c.WithTransportOptions(func(t *http.Transport) {
			t.ResponseHeaderTimeout = s.config.Timeout / 4
			t.MaxIdleConnsPerHost = max(t.MaxIdleConnsPerHost, 100)
		})
	}
}

// retryer is the client's, that also tries again when an answer breaks off.
type retryer struct{ aws.RetryerV2 }

func (r retryer) IsErrorRetryable(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || r.RetryerV2.IsErrorRetryable(err)
}

// request returns the context of one request.
func (s *Store) request(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, s.config.Timeout)
}

func (s *Store) blobName(key string) string { return s.config.Prefix + "blobs/" + key + "!" }
func (s *Store) partName(key string) string { return s.config.Prefix + "parts/" + key + "!" }

// failed puts the error of a request into the family of the contract. ctx is the
// caller's: its end is told as it is, that of the request's own time is not.
func failed(ctx context.Context, err error) error {
	var absent *types.NoSuchKey
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, transport.Err):
		return err
	case errors.As(err, &absent):
		return fmt.Errorf("%w: %w", transport.ErrNotFound, err)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w: %v", transport.ErrStorage, err)
	}
	return fmt.Errorf("%w: %w", transport.ErrStorage, err)
}

// Delete implements transport.Blobs.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil || !transport.ValidKey(key) {
		return err
	}
	return s.remove(ctx, s.blobName(key), s.partName(key))
}

// remove removes objects in one request.
func (s *Store) remove(ctx context.Context, names ...string) error {
	objects := make([]types.ObjectIdentifier, len(names))
	for i := range names {
		objects[i].Key = &names[i]
	}
	request, cancel := s.request(ctx)
	defer cancel()
	answer, err := s.client.DeleteObjects(request, &s3.DeleteObjectsInput{
		Bucket: &s.config.Bucket,
		Delete: &types.Delete{Objects: objects, Quiet: aws.Bool(true)},
	})
	if err == nil && len(answer.Errors) > 0 {
		err = errors.New(aws.ToString(answer.Errors[0].Message))
	}
	return failed(ctx, err)
}
