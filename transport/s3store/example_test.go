package s3store_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/s3store"
)

// A station's store is a bucket for blobs, and another store for records.
func Example() {
	client := s3.New(s3.Options{
		Region:       "us-east-1",
		BaseEndpoint: aws.String("http://localhost:7070"), // not for S3 itself
		UsePathStyle: true,                                // likewise
		Credentials:  credentials.NewStaticCredentialsProvider("ACCESS", "SECRET", ""),
	})
	blobs, err := s3store.Open(context.Background(), client, s3store.Config{Bucket: "glimpse", Prefix: "hub/"})
	if err != nil {
		fmt.Println(err)
		return
	}
	var store transport.Store = struct {
		transport.Blobs
		transport.Records
	}{blobs, new(memstore.Store)}
	_ = store
}
