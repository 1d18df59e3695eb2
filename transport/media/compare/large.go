package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"os"
)

// striped is a baseline JPEG that is written stripe by stripe, since nobody should
// need all of its pixels at once to write it. Between two stripes stands a restart
// marker (ITU-T T.81, section E.1.4), where decoding begins anew.
type striped struct {
	width, height int // of a stripe; multiples of 16
	drawn         int // so many stripes take turns
	stripes       int
}

// baseline200 writes one of 201 MP.
func (b *bench) baseline200(_ context.Context, file string) error {
	return writeFile(file, striped{width: 16384, height: 256, drawn: 4, stripes: 48}.write)
}

func (s striped) write(f *os.File) error {
	w := bufio.NewWriter(f)
	scans := make([][]byte, s.drawn)
	for i := range scans {
		head, scan, err := s.stripe(i)
		if err != nil {
			return err
		}
		scans[i] = scan
		if i == 0 {
			w.Write(head)
		}
	}
	for i := range s.stripes {
		w.Write(scans[i%s.drawn])
		if i < s.stripes-1 {
			w.Write([]byte{0xff, 0xd0 + byte(i%8)})
		}
	}
	w.Write([]byte{0xff, 0xd9})
	return w.Flush()
}

var errNoMarker = errors.New("a JPEG without the segments that it should have")

// stripe returns all that stands before the scan, made out for the whole picture,
// and the coded data of a stripe.
func (s striped) stripe(n int) (head, scan []byte, err error) {
	var file bytes.Buffer
	if err := jpeg.Encode(&file, landscape(n, 8)(s.width, s.height), &jpeg.Options{Quality: 90}); err != nil {
		return nil, nil, err
	}
	data := file.Bytes()
	frame, start := bytes.Index(data, []byte{0xff, 0xc0}), bytes.Index(data, []byte{0xff, 0xda})
	if frame < 0 || start < 0 {
		return nil, nil, errNoMarker
	}
	binary.BigEndian.PutUint16(data[frame+5:], uint16(s.height*s.stripes))
	interval := binary.BigEndian.AppendUint16([]byte{0xff, 0xdd, 0, 4}, uint16(s.width/16*s.height/16))
	body := start + 2 + int(binary.BigEndian.Uint16(data[start+2:]))
	head = append(append(append(head, data[:start]...), interval...), data[start:body]...)
	return head, data[body : len(data)-2], nil
}

// progressive50 has vips write a progressive JPEG of 50 MP with all of its chroma
// samples, by repeating a smaller picture.
func (b *bench) progressive50(ctx context.Context, file string) error {
	part, whole := file+".ppm", file+".v"
	err := writeFile(part, func(f *os.File) error { return writePPM(f, landscape(9, 10)(2048, 1536)) })
	if err == nil {
		err = b.run(ctx, "replicate", part, whole, "4", "4")
	}
	if err == nil {
		err = b.run(ctx, "jpegsave", whole, file, "--interlace", "--subsample-mode", "off", "--Q", "90")
	}
	return errors.Join(err, os.RemoveAll(part), os.RemoveAll(whole))
}

func writePPM(f *os.File, m *image.YCbCr) error {
	w := bufio.NewWriter(f)
	fmt.Fprintf(w, "P6 %d %d 255\n", m.Rect.Dx(), m.Rect.Dy())
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			r, g, b, _ := m.YCbCrAt(x, y).RGBA()
			w.Write([]byte{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8)})
		}
	}
	return w.Flush()
}
