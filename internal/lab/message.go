package lab

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Message says who asks whom for what, as a [Network] sees it.
type Message struct {
	From, To string
	// What is what the request is for, such as "share" or "original".
	What string
	// Ref is the version, or at least the collection, that it is about; zero
	// where its path names none.
	Ref transport.Ref
	// Length is how much of an original is asked for, negative for all of it;
	// else 0.
	Length int64
}

// String returns a line for a log.
func (m Message) String() string {
	s := fmt.Sprintf("%s → %s %s", m.From, m.To, m.What)
	if m.Ref.Collection.ID.IsZero() {
		return s
	}
	s += fmt.Sprintf(" %.4s", m.Ref.Collection.ID)
	if m.Ref.Item.IsZero() {
		return s
	}
	return s + fmt.Sprintf("/%.4s/%d", m.Ref.Item, m.Ref.Version)
}

// words are what requests of package httplink are for, by method and the first
// word of the path.
var words = map[string]string{
	"POST share": "share", "POST push": "push", "POST upload": "upload", "PATCH uploads": "put", "HEAD uploads": "stored", "GET versions": "version", "POST versions": "versions",
	"POST announce": "announce", "GET collections": "collection", "POST collections": "collections", "GET updates": "updates",
	"POST feed": "changes", "POST deliveries": "deliver",
	"GET originals": "original", "POST verify": "verify", "POST ids": "ids", "GET settings": "settings", "POST keys": "keys", "POST roster": "roster", "GET links": "link",
}

// sendsStream and bringsStream report whether the request, or the answer, is a
// stream, which can break off.
func (m Message) sendsStream() bool {
	return slices.Contains([]string{"push", "upload", "put"}, m.What)
}

func (m Message) bringsStream() bool {
	return slices.Contains([]string{"version", "versions", "original", "originals", "changes", "collections"}, m.What)
}

// MessageOf reads a request as the network sees it: what its path says.
func MessageOf(from string, r *http.Request) Message {
	path := strings.Split(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
	m := Message{From: from, To: r.URL.Host, What: words[r.Method+" "+path[0]]}
	if len(path) >= 3 {
		m.Ref.Collection = nameOf(path[1], path[2])
	}
	switch {
	case len(path) >= 4 && m.What == "versions":
		m.Ref.Version, _ = strconv.Atoi(path[3])
	case len(path) >= 4:
		m.Ref.Item.UnmarshalText([]byte(path[3])) // zero if it is none
	}
	if len(path) >= 5 {
		m.Ref.Version, _ = strconv.Atoi(path[4])
	}
	if m.What == "original" && len(path) == 3 {
		m.What = "originals"
	}
	if m.What == "original" {
		m.Length = -1
		if n, err := strconv.ParseInt(r.URL.Query().Get("length"), 10, 64); err == nil {
			m.Length = n
		}
	}
	return m
}

// ReadBody reads all of a body, if there is one, and puts another in its place from
// which the same can be read.
func ReadBody(body *io.ReadCloser) ([]byte, error) {
	if *body == nil {
		return nil, nil
	}
	data, err := io.ReadAll(*body)
	if err != nil {
		return nil, errors.Join(err, (*body).Close())
	}
	err = (*body).Close()
	*body = io.NopCloser(bytes.NewReader(data))
	return data, err
}

// Outcome is the error that an answer comes to.
func Outcome(r *http.Response, err error) error {
	if err != nil || r.StatusCode < 300 {
		return err
	}
	data, err := ReadBody(&r.Body)
	if err != nil {
		return err
	}
	f, err := transport.Decode[transport.Fault](data)
	if err != nil {
		return errors.New(r.Status)
	}
	return &f
}

// nameOf is the collection of a path; zero if it is none.
func nameOf(author, id string) (n collection.Name) {
	if n.Author.UnmarshalText([]byte(author)) != nil || n.ID.UnmarshalText([]byte(id)) != nil {
		return collection.Name{}
	}
	return n
}
