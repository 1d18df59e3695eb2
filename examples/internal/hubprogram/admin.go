package hubprogram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// admin is what the operator of a hub can do.
type admin struct {
	*station
	http.Handler
	url      string // by which stations reach the hub; empty = it does not run
	pinned   bool   // the hub's own key is shown there
	browsers bool   // people's browsers find the gallery there, and know the certificate
	metrics  *metrics

	mu   sync.Mutex
	open map[string]*invited // by the secret of the invitation
}

func newAdmin(s *station, m *metrics) *admin {
	a := &admin{station: s, metrics: m, open: map[string]*invited{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/user/list", program.Word(a.users))
	mux.HandleFunc("/user/change", program.Word(a.change))
	mux.HandleFunc("/user/delete", program.Word(a.remove))
	mux.HandleFunc("/invite", program.Word(a.invite))
	mux.HandleFunc("/invite/wait", program.Word(a.wait))
	mux.HandleFunc("/invite/decide", program.Word(a.decide))
	mux.HandleFunc("/station/revoke", program.Word(a.revoke))
	mux.HandleFunc("/bounce", program.Word(a.bounce))
	mux.HandleFunc("/letters", program.Word(a.letters))
	mux.HandleFunc("/backup", program.Word(a.backup))
	mux.HandleFunc("/check", program.Word(a.check))
	mux.Handle("GET /metrics", a.metrics)
	a.Handler = mux
	return a
}

// Close implements program.Words.
func (a *admin) Close() error { return a.close(context.Background()) }

// call has the hub in a folder do a word.
func call[Q, A any](ctx context.Context, g *grammar, word string, asked Q) (A, error) {
	return program.Call[Q, A](ctx, g.Data, word, asked, g.alone)
}

// alone opens the hub in a folder on which none runs. A hub is not made for it.
func (g *grammar) alone(ctx context.Context, dir string) (program.Words, error) {
	if made, err := program.Exists(storeIn(dir)); err != nil || !made {
		return nil, errors.Join(err, program.Plain(fmt.Errorf("there is no hub in %s; start one there first", dir)))
	}
	s, err := open(ctx, g, hub.Config{}, nil, nil)
	if err != nil {
		return nil, err
	}
	return newAdmin(s, newMetrics()), nil
}
