package filestore

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"sync"

	"github.com/glimpse-go/glimpse/internal/disk"
)

// A blob's file is
//
//	length of the blob               8 bytes, big endian
//	CRC-32C of its first block       4 bytes
//	CRC-32C of the above             4 bytes
//	the blob
//	CRC-32C of each further block    4 bytes
//
// in blocks of 16 KiB. Of an upload under way the head is zeros, or that of the part that it
// goes on with, and there are no sums. A commit writes head and sums, and syncs them with the
// blob. So does the end of an upload that goes on later: then its sums need not be worked
// out again. Of what a crash has left behind the part that the head tells of, as much is
// left off as sums may take.
const (
	fileHead  = 16
	blockSize = 16 << 10
	maxRead   = 1 << 20 // bytes of whole blocks that are read at once
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func blocks(size int64) int64 { return (size + blockSize - 1) / blockSize }

// fileSize returns how long the file of a blob is.
func fileSize(size int64) int64 { return sumAt(size, max(1, blocks(size))) }

// blobSize is the other way round.
func blobSize(fileSize int64) int64 {
	sums := fileSize - fileHead + 4
	return max(0, sums-4*((sums+blockSize+3)/(blockSize+4)))
}

// sumAt returns where in the file of a blob the sum of a block is, which is not the
// first.
func sumAt(size, block int64) int64 { return fileHead + size + 4*(block-1) }

func newHead(size int64, sum uint32) []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, fileHead), uint64(size))
	b = binary.BigEndian.AppendUint32(b, sum)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// readHead reads the head of a file; it is not ok if the file has none, or it is damaged.
func readHead(f disk.File) (size int64, sum uint32, ok bool, err error) {
	b := make([]byte, fileHead)
	if _, err := f.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return 0, 0, false, err
	}
	size = int64(binary.BigEndian.Uint64(b))
	sum = binary.BigEndian.Uint32(b[8:])
	return size, sum, crc32.Checksum(b[:12], castagnoli) == binary.BigEndian.Uint32(b[12:]), nil
}

// sums are those of the blocks of what was written, in order.
type sums struct {
	whole []uint32
	last  uint32 // of a block that is not full
	size  int64
}

func (s *sums) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		n := min(int64(len(rest)), blockSize-s.size%blockSize)
		s.last = crc32.Update(s.last, castagnoli, rest[:n])
		if s.size += n; s.size%blockSize == 0 {
			s.whole, s.last = append(s.whole, s.last), 0
		}
		rest = rest[n:]
	}
	return len(p), nil
}

// load makes s the sums of a blob of size bytes, as they are stored.
func (s *sums) load(size int64, stored []byte) {
	*s = sums{size: size}
	for ; len(stored) > 0; stored = stored[4:] {
		s.whole = append(s.whole, binary.BigEndian.Uint32(stored))
	}
	if whole := int(size / blockSize); whole < len(s.whole) {
		s.whole, s.last = s.whole[:whole], s.whole[whole]
	}
}

// first returns the sum of the first block, and further what is behind the blob.
func (s *sums) first() uint32 {
	if len(s.whole) > 0 {
		return s.whole[0]
	}
	return s.last
}

func (s *sums) further() (b []byte) {
	for i, sum := range append(s.whole, s.last)[:blocks(s.size)] {
		if i > 0 {
			b = binary.BigEndian.AppendUint32(b, sum)
		}
	}
	return b
}

// openSums returns what is to be read of a blob in a file.
func openSums(f disk.File) (*sumReader, error) {
	size, first, ok, err := readHead(f)
	if err != nil {
		return nil, err
	}
	if end, err := f.Size(); err != nil || !ok || end != fileSize(size) {
		return nil, errors.Join(ErrCorrupt, err)
	}
	r := &sumReader{file: f, first: first, size: size}
	r.few = sync.OnceValues(func() ([]byte, error) { return r.readSums(0, blocks(size)) })
	return r, nil
}

// fewSums is how many sums are read together with the first one that is needed: those of a
// blob of 16 MiB. Of a larger one each is read with its block.
const fewSums = 1 << 10

// sumReader reads a blob in a file, and checks it.
type sumReader struct {
	file  disk.File
	first uint32 // the sum of the first block
	size  int64
	few   func() ([]byte, error) // all of them, if they are few
}

func (r *sumReader) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, errors.New("negative offset")
	}
	for n < len(p) && off < r.size {
		more, err := r.read(p[n:], off)
		n, off = n+more, off+int64(more)
		if err != nil {
			return n, err
		}
	}
	if n < len(p) {
		err = io.EOF
	}
	return n, err
}

// read reads and checks the blocks of the first bytes of p, which are at off.
func (r *sumReader) read(p []byte, off int64) (int, error) {
	from := off / blockSize
	start := from * blockSize
	end := min(blocks(min(off+int64(len(p)), start+maxRead))*blockSize, r.size)
	data := p[:min(int64(len(p)), end-start)]
	if off != start || int64(len(p)) < end-start {
		data = make([]byte, end-start)
	}
	if err := r.readFull(data, fileHead+start); err != nil {
		return 0, err
	}
	sums, err := r.sums(from, blocks(end))
	for rest := data; err == nil && len(rest) > 0; {
		block := rest[:min(blockSize, len(rest))]
		if crc32.Checksum(block, castagnoli) != binary.BigEndian.Uint32(sums) {
			err = ErrCorrupt
		}
		rest, sums = rest[len(block):], sums[4:]
	}
	if err != nil {
		return 0, err
	}
	return copy(p, data[off-start:]), nil
}

// sums returns those of some blocks.
func (r *sumReader) sums(from, to int64) ([]byte, error) {
	if blocks(r.size) > fewSums {
		return r.readSums(from, to)
	}
	all, err := r.few()
	if err != nil {
		return nil, err
	}
	return all[4*from : 4*to], nil
}

func (r *sumReader) readSums(from, to int64) ([]byte, error) {
	sums := make([]byte, 4*(to-from))
	further := sums
	if from == 0 {
		binary.BigEndian.PutUint32(sums, r.first)
		from, further = 1, sums[4:]
	}
	return sums, r.readFull(further, sumAt(r.size, from))
}

// readFull reads bytes that were there when the file was opened.
func (r *sumReader) readFull(p []byte, off int64) error {
	if len(p) == 0 {
		return nil
	}
	_, err := r.file.ReadAt(p, off)
	if errors.Is(err, io.EOF) {
		err = ErrCorrupt // cut short since it was opened
	}
	return err
}
