package peer

import (
	"io"
	"sync"
)

// writing is a stream that is written as it is read, or at once to where it goes. Who has
// closed it finds nobody at work any more.
type writing struct {
	write func(io.Writer) error
	end   func() // once all is over
	ended sync.Once
	r     *io.PipeReader // nil until somebody reads
	over  chan struct{}
}

// Read implements io.Reader.
func (s *writing) Read(p []byte) (int, error) {
	if s.r == nil {
		var w *io.PipeWriter
		s.r, w = io.Pipe()
		s.over = make(chan struct{})
		go func() {
			defer close(s.over)
			w.CloseWithError(s.write(w))
		}()
	}
	return s.r.Read(p)
}

// WriteTo implements io.WriterTo, for who has not read.
func (s *writing) WriteTo(w io.Writer) (int64, error) {
	counted := &counter{w: w}
	err := s.write(counted)
	return counted.n, err
}

// Close implements io.Closer.
func (s *writing) Close() error {
	if s.r != nil {
		s.r.Close()
		<-s.over
	}
	s.ended.Do(s.end)
	return nil
}

// counter counts what is written.
type counter struct {
	w io.Writer
	n int64
}

// Write implements io.Writer.
func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
