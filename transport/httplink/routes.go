package httplink

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

func (s Server) share(w http.ResponseWriter, r *http.Request, u collection.UserID) error {
	m, err := readMessage[transport.Share](s, r)
	if err != nil {
		return err
	}
	answer, err := s.Station(u).Share(r.Context(), m)
	return reply(w, answer, err)
}

func (s Server) upload(w http.ResponseWriter, r *http.Request, u collection.UserID) error {
	name, err := pathName(r)
	if err != nil {
		return err
	}
	answer, err := s.Station(u).Upload(r.Context(), name, r.Body)
	return reply(w, answer, err)
}

func (s Server) announce(w http.ResponseWriter, r *http.Request, u collection.UserID) error {
	m, err := readMessage[transport.Announcement](s, r)
	if err != nil {
		return err
	}
	answer, err := s.Hub(u).Announce(r.Context(), m)
	return reply(w, answer, err)
}

func (s Server) collection(w http.ResponseWriter, r *http.Request, u collection.UserID) error {
	name, err := pathName(r)
	if err != nil {
		return err
	}
	state, err := s.Library(u).Collection(r.Context(), name)
	return reply(w, state, err)
}

func (s Server) updates(w http.ResponseWriter, r *http.Request, u collection.UserID) error {
	name, err := pathName(r)
	if err != nil {
		return err
	}
	state, err := s.Library(u).Updates(r.Context(), name)
	return reply(w, state, err)
}

func (s Server) notifications(w http.ResponseWriter, r *http.Request, u collection.UserID) error {
	waiting, err := s.Inbox(u).Notifications(r.Context())
	return reply(w, waiting, err)
}

func (s Server) acknowledge(w http.ResponseWriter, r *http.Request, u collection.UserID) error {
	m, err := readMessage[transport.Receipts](s, r)
	if err == nil {
		err = s.Inbox(u).Acknowledge(r.Context(), m)
	}
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

// deliver takes a notification that its sender hands over itself.
func (s Server) deliver(w http.ResponseWriter, r *http.Request, u collection.UserID) error {
	m, err := readMessage[notify.Notification](s, r)
	if err == nil {
		err = s.Recipient(u).Deliver(r.Context(), m)
	}
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

func (s Server) version(w http.ResponseWriter, r *http.Request, u collection.UserID) error {
	ref, offset, err := pathVersion(r)
	if err != nil {
		return err
	}
	stream, err := s.Library(u).Version(r.Context(), ref, offset)
	return replyStream(w, stream, err)
}

func (s Server) putVersion(w http.ResponseWriter, r *http.Request, u collection.UserID) error {
	ref, offset, err := pathVersion(r)
	if err != nil {
		return err
	}
	n, err := s.Hub(u).PutVersion(r.Context(), ref, offset, r.Body)
	w.Header().Set(sizeHeader, strconv.FormatInt(n, 10))
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

func (s Server) original(w http.ResponseWriter, r *http.Request, u collection.UserID) error {
	ref, err := pathRef(r)
	if err != nil {
		return err
	}
	offset, err := number(r, "offset", 0)
	if err != nil {
		return err
	}
	n, err := number(r, "length", -1)
	if err != nil {
		return err
	}
	stream, err := s.Originals(u).Original(r.Context(), ref, offset, n)
	return replyStream(w, stream, err)
}

// errPath is what names that are none are answered: there is nothing there.
var errPath = transport.At(transport.ErrNotFound, "path")

func pathName(r *http.Request) (collection.Name, error) {
	var n collection.Name
	err := errors.Join(
		n.Author.UnmarshalText([]byte(r.PathValue("author"))),
		n.ID.UnmarshalText([]byte(r.PathValue("id"))))
	if err != nil {
		return n, errPath
	}
	return n, nil
}

func pathRef(r *http.Request) (transport.Ref, error) {
	name, err := pathName(r)
	ref := transport.Ref{Collection: name}
	if err != nil || ref.Item.UnmarshalText([]byte(r.PathValue("item"))) != nil {
		return ref, errPath
	}
	return ref, nil
}

func pathVersion(r *http.Request) (transport.Ref, int64, error) {
	ref, err := pathRef(r)
	if err != nil {
		return ref, 0, err
	}
	v, err := strconv.ParseUint(r.PathValue("version"), 10, 8)
	if err != nil || v >= label.MaxVersions {
		return ref, 0, errPath
	}
	ref.Version = int(v)
	offset, err := number(r, "offset", 0)
	return ref, offset, err
}

// number reads a query value that is not negative.
func number(r *http.Request, key string, missing int64) (int64, error) {
	text := r.URL.Query().Get(key)
	if text == "" {
		return missing, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, transport.At(transport.ErrMalformed, key)
	}
	return n, nil
}
