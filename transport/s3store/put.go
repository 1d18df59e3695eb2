package s3store

import (
	"context"
	"crypto/rand"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	uploadField = "upload" // metadata: names the upload that made an object
	partSize    = 8 << 20  // bytes; what is not longer goes in one request
	mostParts   = 10_000   // of S3
	atOnce      = 4        // parts on the way
)

// put makes an object of the first size bytes of a file, at once and whole. If it seems
// to fail it looks whether the object is there: the answer may have been lost.
func (s *Store) put(ctx context.Context, name string, data io.ReaderAt, size int64) error {
	id := rand.Text()
	send := s.putWhole
	if size > partSize {
		send = s.putParts
	}
	err := send(ctx, upload{name, id, size, data})
	if err == nil {
		return nil
	}
	if s.madeBy(ctx, name) == id {
		return nil
	}
	return failed(ctx, err)
}

// madeBy returns the name of the upload that made an object, "" if it cannot be told.
func (s *Store) madeBy(ctx context.Context, name string) string {
	request, cancel := s.request(ctx)
	defer cancel()
	answer, err := s.client.HeadObject(request, &s3.HeadObjectInput{Bucket: &s.config.Bucket, Key: &name})
	if err != nil {
		return ""
	}
	return answer.Metadata[uploadField]
}

// upload is an object on its way.
type upload struct {
	name, id string
	size     int64
	data     io.ReaderAt
}

func (s *Store) putWhole(ctx context.Context, u upload) error {
	request, cancel := s.request(ctx)
	defer cancel()
	_, err := s.client.PutObject(request, &s3.PutObjectInput{
		Bucket:   &s.config.Bucket,
		Key:      &u.name,
		Body:     io.NewSectionReader(u.data, 0, u.size),
		Metadata: map[string]string{uploadField: u.id},
	})
	return err
}
