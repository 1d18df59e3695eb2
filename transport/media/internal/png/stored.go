package png

import (
	"encoding/binary"
	"hash"
	"hash/adler32"
	"hash/crc32"
	"io"
)

// chunk appends a chunk to b (section 5.3).
func chunk(b []byte, kind string, body []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(body)))
	at := len(b)
	b = append(append(b, kind...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[at:]))
}

// stored reads the IDAT chunks that hold the bytes of r without packing them: a
// zlib stream (RFC 1950) of stored blocks (RFC 1951, section 3.2.4).
type stored struct {
	r    io.Reader
	sum  hash.Hash32
	data []byte // contents of the next chunk, read from r
	body []byte
	out  []byte // the chunk being read
	rest []byte // what of it was not read
	end  bool
}

// blockSize is less than the 65,535 bytes that a stored block can have.
const blockSize = 1 << 15

func newStored(r io.Reader) *stored {
	s := &stored{r: r, sum: adler32.New(), data: make([]byte, blockSize)}
	s.body = []byte{0x78, 0x01} // zlib header: deflate, window of 32 KiB
	return s
}

func (s *stored) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		if s.end {
			return 0, io.EOF
		}
		s.next()
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// next makes the next chunk: a block, or the empty last block and the checksum.
func (s *stored) next() {
	n, err := io.ReadFull(s.r, s.data)
	if n == 0 && err != nil {
		s.end = true
		s.block(1, nil)
		s.body = binary.BigEndian.AppendUint32(s.body, s.sum.Sum32())
	} else {
		s.sum.Write(s.data[:n])
		s.block(0, s.data[:n])
	}
	s.out = chunk(s.out[:0], "IDAT", s.body)
	s.rest, s.body = s.out, s.body[:0]
}

func (s *stored) block(last byte, data []byte) {
	s.body = append(s.body, last)
	s.body = binary.LittleEndian.AppendUint16(s.body, uint16(len(data)))
	s.body = binary.LittleEndian.AppendUint16(s.body, ^uint16(len(data)))
	s.body = append(s.body, data...)
}
