package httplink

import (
	"net/http"
	"strconv"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

func (s Server) share(w http.ResponseWriter, r *http.Request, who Identity) error {
	m, err := readMessage[transport.Share](s, r)
	if err != nil {
		return err
	}
	answer, err := s.ShareReceiver(who).Share(r.Context(), m)
	return reply(w, answer, err)
}

func (s Server) upload(w http.ResponseWriter, r *http.Request, who Identity) error {
	name, err := pathName(r)
	if err != nil {
		return err
	}
	answer, err := s.ShareReceiver(who).Upload(r.Context(), name, r.Body)
	return reply(w, answer, err)
}

func (s Server) announce(w http.ResponseWriter, r *http.Request, who Identity) error {
	m, err := readMessage[transport.Announcement](s, r)
	if err != nil {
		return err
	}
	answer, err := s.Hub(who).Announce(r.Context(), m)
	return reply(w, answer, err)
}

func (s Server) collection(w http.ResponseWriter, r *http.Request, who Identity) error {
	name, err := pathName(r)
	if err != nil {
		return err
	}
	state, err := s.Library(who).Collection(r.Context(), name)
	return reply(w, state, err)
}

func (s Server) updates(w http.ResponseWriter, r *http.Request, who Identity) error {
	name, err := pathName(r)
	if err != nil {
		return err
	}
	state, err := s.Library(who).Updates(r.Context(), name)
	return reply(w, state, err)
}

func (s Server) notifications(w http.ResponseWriter, r *http.Request, who Identity) error {
	waiting, err := s.Inbox(who).Notifications(r.Context())
	return reply(w, waiting, err)
}

func (s Server) acknowledge(w http.ResponseWriter, r *http.Request, who Identity) error {
	m, err := readMessage[transport.Receipts](s, r)
	if err == nil {
		err = s.Inbox(who).Acknowledge(r.Context(), m)
	}
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

// deliver takes a notification that its sender hands over itself.
func (s Server) deliver(w http.ResponseWriter, r *http.Request, who Identity) error {
	m, err := readMessage[notify.Notification](s, r)
	if err == nil {
		err = s.Recipient(who).Deliver(r.Context(), m)
	}
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

func (s Server) version(w http.ResponseWriter, r *http.Request, who Identity) error {
	ref, offset, err := pathVersion(r)
	if err != nil {
		return err
	}
	stream, err := s.Library(who).Version(r.Context(), ref, offset)
	return replyStream(w, stream, err)
}

func (s Server) putVersion(w http.ResponseWriter, r *http.Request, who Identity) error {
	ref, offset, err := pathVersion(r)
	if err != nil {
		return err
	}
	n, err := s.Hub(who).PutVersion(r.Context(), ref, offset, r.Body)
	w.Header().Set(sizeHeader, strconv.FormatInt(n, 10))
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

func (s Server) original(w http.ResponseWriter, r *http.Request, who Identity) error {
	ref, err := pathRef(r)
	if err != nil {
		return err
	}
	part, err := query(r, "offset", "length")
	if err != nil {
		return err
	}
	stream, err := s.Originals(who).Original(r.Context(), ref, max(part[0], 0), part[1])
	return replyStream(w, stream, err)
}
