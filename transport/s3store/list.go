package s3store

import (
	"context"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/glimpse-go/glimpse/transport"
)

// List implements transport.Blobs. A request lists up to a thousand blobs.
func (s *Store) List(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.BlobInfo, error] {
	return func(yield func(transport.BlobInfo, error) bool) {
		listed := 0
		for info, err := range s.list(ctx, prefix, after, limit) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(transport.BlobInfo{}, err)
				return
			}
			if listed++; !yield(info, nil) || listed == limit {
				return
			}
		}
	}
}

// list lists blobs page by page; it may go on after limit of them.
func (s *Store) list(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.BlobInfo, error] {
	root := s.config.Prefix + "blobs/"
	input := &s3.ListObjectsV2Input{Bucket: &s.config.Bucket, Prefix: aws.String(root + prefix)}
	if after != "" {
		input.StartAfter = aws.String(s.blobName(after))
	}
	if limit > 0 {
		input.MaxKeys = aws.Int32(int32(min(limit, 1000)))
	}
	return func(yield func(transport.BlobInfo, error) bool) {
		for pages := s3.NewListObjectsV2Paginator(s.client, input); pages.HasMorePages(); {
			page, err := s.page(ctx, pages)
			if err != nil {
				yield(transport.BlobInfo{}, err)
				return
			}
			for _, object := range page.Contents {
				key := strings.TrimSuffix(strings.TrimPrefix(*object.Key, root), "!")
				if key <= after || !strings.HasPrefix(key, prefix) {
					continue
				}
				if !yield(transport.BlobInfo{Key: key, Size: *object.Size}, nil) {
					return
				}
			}
		}
	}
}

func (s *Store) page(ctx context.Context, pages *s3.ListObjectsV2Paginator) (*s3.ListObjectsV2Output, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	request, cancel := s.request(ctx)
	defer cancel()
	page, err := pages.NextPage(request)
	return page, failed(ctx, err)
}
