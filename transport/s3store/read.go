package s3store

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/glimpse-go/glimpse/transport"
)

// object is one version of an object.
type object struct {
	name    string
	version string // "" = the latest
	upload  string // that made it, "" = not known yet
	size    int64
}

// get reads at most n bytes of an object from off on, and says which version they are
// of. An answer that breaks off, or is of another upload, is asked for again.
func (s *Store) get(ctx context.Context, o object, off, n int64) (object, []byte, error) {
	if err := ctx.Err(); err != nil {
		return o, nil, err
	}
	request, cancel := s.request(ctx)
	defer cancel()
	var data []byte
	var err error
	for try := range tries {
		o, data, err = s.getOnce(request, o, off, n)
		if errors.Is(err, errOther) {
			o = s.latest(request, o)
		} else if !errors.Is(err, errBroken) {
			break
		}
		select {
		case <-request.Done():
		case <-time.After(10 * time.Millisecond << try):
		}
	}
	return o, data, failed(ctx, err)
}

var (
	// errBroken is in the error of an answer that has begun and did not come to its end.
	errBroken = errors.New("the answer breaks off")
	// errOther is the error of an answer that is of another upload than the version that
	// was asked for. A gateway to files (versitygw is one) looks at the name of a version
	// before it opens the file, which a replacement may take the place of in between.
	errOther = errors.New("the answer is of another upload")
)

func (s *Store) getOnce(ctx context.Context, o object, off, n int64) (object, []byte, error) {
	answer, err := s.client.GetObject(ctx, o.input(s.config.Bucket, off, n))
	if refused := (*awshttp.ResponseError)(nil); errors.As(err, &refused) &&
		refused.HTTPStatusCode() == http.StatusRequestedRangeNotSatisfiable {
		if off > 0 || o.upload != "" {
			return o, nil, errOther // nobody reads past the end of what was asked for
		}
		return o, nil, nil // nothing can be satisfied of an empty object
	}
	if err != nil {
		return o, nil, err
	}
	defer answer.Body.Close()
	upload := answer.Metadata[uploadField]
	if o.upload != "" && upload != o.upload {
		return o, nil, errOther
	}
	_, total, _ := strings.Cut(aws.ToString(answer.ContentRange), "/")
	size, err := strconv.ParseInt(total, 10, 64)
	if err != nil || off > size {
		return o, nil, errors.New("an answer without the range that was asked for")
	}
	data := make([]byte, min(n, size-off))
	if _, err := io.ReadFull(answer.Body, data); err != nil {
		return o, nil, errors.Join(errBroken, err)
	}
	return object{o.name, aws.ToString(answer.VersionId), upload, size}, data, nil
}

// latest returns the object under the name that its latest version has, if that is it:
// the first answer may have said the name of the version before it.
func (s *Store) latest(ctx context.Context, o object) object {
	if now, _, err := s.getOnce(ctx, object{name: o.name, upload: o.upload}, 0, 1); err == nil {
		return now
	}
	return o
}

func (o object) input(bucket string, off, n int64) *s3.GetObjectInput {
	in := &s3.GetObjectInput{
		Bucket: &bucket,
		Key:    &o.name,
		Range:  aws.String("bytes=" + strconv.FormatInt(off, 10) + "-" + strconv.FormatInt(off+n-1, 10)),
	}
	if o.version != "" {
		in.VersionId = &o.version
	}
	return in
}

// Part implements transport.Blobs.
func (s *Store) Part(ctx context.Context, key string) (int64, error) {
	if err := ctx.Err(); err != nil || !transport.ValidKey(key) {
		return 0, err
	}
	o, _, err := s.get(ctx, object{name: s.partName(key)}, 0, 1)
	if errors.Is(err, transport.ErrNotFound) {
		return 0, nil
	}
	return o.size, err
}
