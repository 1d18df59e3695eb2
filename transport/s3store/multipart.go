package s3store

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// putParts sends the object in parts, several at once, each with its own time.
func (s *Store) putParts(ctx context.Context, u upload) error {
	m := &multipart{store: s, upload: u, length: max(partSize, (u.size+mostParts-1)/mostParts)}
	if err := m.begin(ctx); err != nil {
		return err
	}
	err := m.sendAll(ctx)
	if err == nil {
		err = m.complete(ctx)
	}
	if err != nil {
		m.abort()
	}
	return err
}

// multipart is an object on its way in parts.
type multipart struct {
	store *Store
	upload
	length    int64   // bytes of a part, the last one aside
	multipart *string // S3's name of it
	parts     []types.CompletedPart
}

func (m *multipart) begin(ctx context.Context) error {
	request, cancel := m.store.request(ctx)
	defer cancel()
	answer, err := m.store.client.CreateMultipartUpload(request, &s3.CreateMultipartUploadInput{
		Bucket:            &m.store.config.Bucket,
		Key:               &m.name,
		Metadata:          map[string]string{uploadField: m.id},
		ChecksumAlgorithm: types.ChecksumAlgorithmCrc32,
	})
	if err != nil {
		return err
	}
	m.multipart = answer.UploadId
	m.parts = make([]types.CompletedPart, (m.size+m.length-1)/m.length)
	return nil
}

// sendAll sends the parts, and returns when none is on the way any more. The first
// error ends the others.
func (m *multipart) sendAll(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var sending sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for i := range m.parts {
		free <- struct{}{}
		sending.Go(func() {
			defer func() { <-free }()
			if err := m.send(ctx, i); err != nil {
				cancel(err)
			}
		})
	}
	sending.Wait()
	return context.Cause(ctx)
}

func (m *multipart) send(ctx context.Context, i int) error {
	request, cancel := m.store.request(ctx)
	defer cancel()
	off, number := int64(i)*m.length, aws.Int32(int32(i+1))
	answer, err := m.store.client.UploadPart(request, &s3.UploadPartInput{
		Bucket: &m.store.config.Bucket, Key: &m.name, UploadId: m.multipart, PartNumber: number,
		Body:              io.NewSectionReader(m.data, off, min(m.length, m.size-off)),
		ChecksumAlgorithm: types.ChecksumAlgorithmCrc32,
	})
	if err != nil {
		return err
	}
	m.parts[i] = types.CompletedPart{PartNumber: number, ETag: answer.ETag, ChecksumCRC32: answer.ChecksumCRC32}
	return nil
}

func (m *multipart) complete(ctx context.Context) error {
	request, cancel := m.store.request(ctx)
	defer cancel()
	_, err := m.store.client.CompleteMultipartUpload(request, &s3.CompleteMultipartUploadInput{
		Bucket: &m.store.config.Bucket, Key: &m.name, UploadId: m.multipart,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: m.parts},
	})
	return err
}

// aborts is how often an upload is aborted until the server says that there is none.
const aborts = 4

// abort removes the parts that were sent, also when the caller's time is over. A part that was still
// on the way may come after that, so it is done again, as S3 asks (AbortMultipartUpload). What it
// cannot remove, the bucket's lifecycle rule does.
func (m *multipart) abort() {
	request, cancel := m.store.request(context.Background())
	defer cancel()
	for range aborts {
		_, err := m.store.client.AbortMultipartUpload(request, &s3.AbortMultipartUploadInput{
			Bucket: &m.store.config.Bucket, Key: &m.name, UploadId: m.multipart,
		})
		if _, gone := errors.AsType[*types.NoSuchUpload](err); gone || request.Err() != nil {
			return
		}
	}
}
