// Package s3test starts an S3 server for tests, versitygw, and puts faults between it
// and a client.
package s3test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// What a client of a [Server] signs with, and where it says the server is.
const (
	AccessKey = "glimpse"
	SecretKey = "glimpse-secret"
	Region    = "us-east-1"
)

// Server is a versitygw with its data in a temporary folder, which can go away and come back.
type Server struct {
	URL string // http://HOST:PORT

	args    []string
	running *exec.Cmd
	buckets atomic.Int64
}

// Start starts a server that ends with the test. It skips the test if there is no
// versitygw on the PATH or in the folder that the environment variable
// GLIMPSE_ENGINES names, or fails it if GLIMPSE_NEED_ENGINES is 1.
func Start(t testing.TB) *Server {
	t.Helper()
	address := freeAddress(t)
	s := &Server{URL: "http://" + address}
	s.args = []string{program(t), "--port", address, "--quiet", "--keep-alive",
		"--access", AccessKey, "--secret", SecretKey, "--region", Region,
		"posix", "--versioning-dir", t.TempDir(), t.TempDir()}
	s.Resume(t)
	t.Cleanup(s.Kill)
	return s
}

// Kill ends the server at once, as kill -9 does.
func (s *Server) Kill() {
	_ = s.running.Process.Kill() // an error says that it has ended
	_ = s.running.Wait()         // an error says that it was killed
}

// Resume starts a server that was killed, with the same data at the same URL.
func (s *Server) Resume(t testing.TB) {
	t.Helper()
	s.running = exec.Command(s.args[0], s.args[1:]...)
	s.running.Env = []string{"HOME=" + os.TempDir()}
	if err := s.running.Start(); err != nil {
		t.Fatal(err)
	}
	s.wait(t)
}

func program(t testing.TB) string {
	t.Helper()
	name := filepath.Join(os.Getenv("GLIMPSE_ENGINES"), "versitygw")
	if _, err := os.Stat(name); err == nil {
		return name
	}
	name, err := exec.LookPath("versitygw")
	switch {
	case err == nil:
		return name
	case os.Getenv("GLIMPSE_NEED_ENGINES") == "1":
		t.Fatal(err)
	}
	t.Skip("no versitygw: ", err)
	return ""
}

// freeAddress returns an address of this machine at which nobody listens.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (s *Server) wait(t testing.TB) {
	t.Helper()
	for range 200 {
		answer, err := http.Get(s.URL)
		if err == nil {
			answer.Body.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("versitygw does not answer at ", s.URL)
}

// Client returns a client of the S3 server at a URL: s.URL, or that of [Faults] in
// front of it. It waits shortly before it tries again.
func Client(url string, options ...func(*s3.Options)) *s3.Client {
	return s3.New(s3.Options{
		BaseEndpoint: aws.String(url),
		UsePathStyle: true,
		Region:       Region,
		Credentials:  credentials.NewStaticCredentialsProvider(AccessKey, SecretKey, ""),
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts, o.MaxBackoff = 6, 20*time.Millisecond
		}),
	}, options...)
}

// Bucket makes an empty bucket with versioning, and returns its name.
func (s *Server) Bucket(t testing.TB) string {
	t.Helper()
	name := aws.String(fmt.Sprintf("bucket-%d", s.buckets.Add(1)))
	client, ctx := Client(s.URL), context.Background()
	_, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: name})
	if err == nil {
		_, err = client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
			Bucket:                  name,
			VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return *name
}
