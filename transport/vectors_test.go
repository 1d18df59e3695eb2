package transport_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// kinds are the messages by their names in transport.cddl.
var kinds = map[string]any{
	"share": transport.Share{}, "answer": transport.Answer{}, "announcement": transport.Announcement{}, "state": transport.State{},
	"notification": notify.Notification{}, "fault": transport.Fault{}, "collections-request": transport.CollectionsRequest{},
	"lacking": transport.Lacking{}, "changes-request": transport.ChangesRequest{}, "changes": transport.Changes{},
	"versions-request": transport.VersionsRequest{}, "glimpse": transport.Glimpse{}, "verify-request": transport.VerifyRequest{},
	"verify-response": transport.VerifyResponse{}, "id-request": transport.IDRequest{}, "identifiers": transport.Identifiers{},
	"settings": transport.Settings{}, "key-news-request": transport.KeyNewsRequest{}, "key-news": transport.KeyNews{},
	"roster-message": transport.RosterMessage{}, "choice": transport.Choice{}, "channels": transport.Channels{}, "parked": transport.Parked{},
}

// errorsByName are what the vectors name.
var errorsByName = map[string]error{
	"": nil, "ErrMalformed": transport.ErrMalformed, "ErrTooLarge": transport.ErrTooLarge, "ErrTruncated": io.ErrUnexpectedEOF,
}

type vector struct {
	Name, Kind, Hex, Error string
	Want                   any
}

func (v vector) check(t *testing.T) {
	data, err := hex.DecodeString(v.Hex)
	must(t, err)
	have, again, err := readVector(v.Kind, data)
	if want := errorsByName[v.Error]; !errors.Is(err, want) || (err == nil) != (v.Error == "") {
		t.Errorf("%s: %v, want %s", v.Name, err, v.Error)
	}
	if err != nil {
		return
	}
	if h, w := asJSON(t, have), asJSON(t, v.Want); h != w {
		t.Errorf("%s: read as\n%s, want\n%s", v.Name, h, w)
	}
	if !bytes.Equal(again, data) {
		t.Errorf("%s: written again as %x", v.Name, again)
	}
}

// TestVectors reads messages and streams that were made by transport.cddl alone, as they say.
func TestVectors(t *testing.T) {
	file, err := os.ReadFile("testdata/messages.json")
	must(t, err)
	var vectors []vector
	must(t, json.Unmarshal(file, &vectors))
	met := map[string]int{}
	for _, v := range vectors {
		met[v.Kind]++
		v.check(t)
	}
	for kind := range kinds {
		if met[kind] < 8 {
			t.Errorf("%d vectors of %s", met[kind], kind)
		}
	}
}

func readVector(kind string, data []byte) (have any, again []byte, err error) {
	switch kind {
	case "upload":
		return uploadSays(data)
	case "originals":
		return originalsSay(data)
	case "notification":
		have, err = any2(transport.DecodeMessage[notify.Notification](data))
	default:
		have, err = decodeAs(kinds[kind], data)
	}
	if err != nil {
		return nil, nil, err
	}
	again, err = transport.Encode(have)
	return named(reflect.ValueOf(have)), again, err
}

// frames is what a stream says; all numbers are those of its head.
type frames struct {
	Frames []map[string]any `json:"frames"`
	Issued *uint64          `json:"issued,omitempty"`
	Seal   *string          `json:"seal,omitempty"`
}

func uploadSays(data []byte) (any, []byte, error) {
	r, all, again := transport.NewUploadReader(bytes.NewReader(data)), frames{Frames: []map[string]any{}}, new(bytes.Buffer)
	w := transport.NewUploadWriter(again)
	f, err := r.Next()
	for ; err == nil; f, err = r.Next() {
		body, err := io.ReadAll(f)
		if err != nil {
			return nil, nil, err
		}
		all.Frames = append(all.Frames, map[string]any{"item": f.Item, "version": f.Version, "offset": f.Offset, "data": hex.EncodeToString(body)})
		if err := w.Version(f.Item, f.Version, f.Offset, f.Size, bytes.NewReader(body)); err != nil {
			return nil, nil, err
		}
	}
	if !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	seal := r.Seal()
	text := hex.EncodeToString(seal.Seal)
	all.Issued, all.Seal = &seal.Issued, &text
	err = w.Close(seal)
	return all, again.Bytes(), err
}

// originalsSay does not write again: what a writer writes is proved.
func originalsSay(data []byte) (any, []byte, error) {
	r, all := transport.NewOriginalsReader(bytes.NewReader(data)), frames{Frames: []map[string]any{}}
	for {
		f, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all, data, nil
		}
		if err != nil {
			return nil, nil, err
		}
		body, err := io.ReadAll(f)
		if err != nil {
			return nil, nil, err
		}
		all.Frames = append(all.Frames, map[string]any{"item": f.Item, "size": f.Size, "data": hex.EncodeToString(body)})
	}
}

// named is a value as the vectors say it: messages by the names of the fields that are there, byte
// strings in hexadecimal.
func named(v reflect.Value) any {
	switch {
	case v.Kind() == reflect.Pointer:
		return named(v.Elem())
	case v.Kind() == reflect.Struct:
		return namedFields(v)
	case (v.Kind() == reflect.Slice || v.Kind() == reflect.Array) && v.Type().Elem().Kind() == reflect.Uint8:
		data := make([]byte, v.Len())
		reflect.Copy(reflect.ValueOf(data), v)
		return hex.EncodeToString(data)
	case v.Kind() == reflect.Slice:
		list := []any{}
		for i := range v.Len() {
			list = append(list, named(v.Index(i)))
		}
		return list
	case v.CanUint():
		return v.Uint()
	}
	return v.Interface()
}

func namedFields(v reflect.Value) map[string]any {
	all := map[string]any{}
	for i := range v.NumField() {
		f, tag := v.Type().Field(i), v.Type().Field(i).Tag.Get("cbor")
		empty := strings.Contains(tag, "omit") && (v.Field(i).IsZero() || v.Field(i).Kind() == reflect.Slice && v.Field(i).Len() == 0)
		if f.IsExported() && tag != "-" && !empty {
			all[strings.ToLower(f.Name)] = named(v.Field(i))
		}
	}
	return all
}

func asJSON(t *testing.T, v any) string {
	data, err := json.Marshal(v)
	must(t, err)
	var same any // numbers and keys as JSON has them
	must(t, json.Unmarshal(data, &same))
	data, err = json.Marshal(same)
	must(t, err)
	return string(data)
}
