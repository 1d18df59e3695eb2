package main

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// serveCommand is the argument with which this program is a hub, for its own use.
const serveCommand = "serve"

// keyFile holds the hub's key, beside its store.
const keyFile = "authority.pem"

// usage is what a hub's process has taken.
type usage struct {
	Heap   uint64        // bytes in use after a collection; 0 if it was not asked for
	Memory int64         // bytes that the system has given to the process; 0 where that is not known
	Time   time.Duration // of the processor
	Opened time.Duration // until the store was open

	Batches, Conflicts int64 // that change something in the store, and of them those that did not
}

// serveHub is a hub in a process of its own, on the store in a folder, until it is killed.
// It prints its URL, and tells its usage beside the hub's routes.
func serveHub(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet(serveCommand, flag.ContinueOnError)
	kind := flags.String("store", "", "")
	dir := flags.String("dir", "", "")
	wait := flags.Duration("wait", 1, "")
	shared := flags.Bool("shared", false, "") // other processes have the store
	if err := flags.Parse(args); err != nil {
		return err
	}
	start := time.Now()
	a, err := readAuthority(*dir)
	if err != nil {
		return err
	}
	store, err := openStore(ctx, *kind, *dir)
	if err != nil {
		return err
	}
	opened := time.Since(start)
	others := *shared || *kind == "pg"
	bus, err := busOf(*kind, *dir, others)
	if err != nil {
		return err
	}
	h, err := newHub(ctx, a, store, hub.Config{Bus: bus, Wait: *wait})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", httplink.HubHandler(h, httplink.HandlerOptions{}))
	mux.HandleFunc("GET /usage", func(w http.ResponseWriter, r *http.Request) {
		u := usage{Memory: memory(), Time: processorTime(), Opened: opened, Batches: store.batches.Load(), Conflicts: store.conflicts.Load()}
		if r.FormValue("heap") != "" {
			u.Heap = heapInUse()
		}
		json.NewEncoder(w).Encode(u)
	})
	s, err := serve(mux)
	if err != nil {
		return err
	}
	fmt.Println(s.url)
	upkeep(ctx, h, others)
	return errors.Join(s.Close(), h.Close(context.WithoutCancel(ctx)), store.Close())
}

// How often a hub does what is to be done now and then.
const (
	probeInterval  = 5 * time.Second
	resumeInterval = time.Second
)

// upkeep does what a hub's program does now and then, until ctx is over: one of several takes
// over what others have left, and does not probe, because it would be that which is measured.
// What fails is done the next time.
func upkeep(ctx context.Context, h *hub.Hub, shared bool) {
	every, do := probeInterval, h.Probe
	if shared {
		every, do = resumeInterval, h.Resume
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
			_ = do(ctx)
		}
	}
}

// heapInUse collects twice, because finalizers and pools need the second time.
func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

// memory is how much memory this process has, where the system says so (Linux does): that of
// SQLite, which is none of the heap's, included.
func memory() int64 { return 1024 * systemFigure("/proc/self/status", "VmRSS") }

// write writes the authority's key into a folder.
func (a *authority) write(dir string) error {
	text, err := signature.MarshalPrivateKey(a.PrivateKey)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, keyFile), text, 0o600)
}

func readAuthority(dir string) (*authority, error) {
	text, err := os.ReadFile(filepath.Join(dir, keyFile))
	if err != nil {
		return nil, err
	}
	key, err := signature.ParsePrivateKey(text, nil)
	if err != nil {
		return nil, err
	}
	private, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, signature.ErrKey
	}
	return newAuthority(private)
}

// process is a hub in a process of its own.
type process struct {
	cmd     *exec.Cmd
	url     string
	started time.Time
}

// start starts a hub on the store in a folder, with more arguments of serveHub.
func (b *bench) start(dir string, args ...string) (*process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command(program, append([]string{serveCommand, "-store", b.kind, "-dir", dir}, args...)...)}
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.started = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if p.url = strings.TrimSpace(line); err != nil {
		return nil, errors.Join(fmt.Errorf("the hub's process: %w", err), p.cmd.Wait())
	}
	return p, nil
}

// host is where the process listens.
func (p *process) host() string { return strings.TrimPrefix(p.url, "http://") }

// answered waits for the first authenticated answer, and returns how long that took from
// the start of the process.
func (p *process) answered(ctx context.Context, m *member) (time.Duration, error) {
	_, err := newClient(p.url, 1).as(m).Changes(ctx, transport.ChangesRequest{})
	return time.Since(p.started), err
}

// usage asks the process what it has taken.
func (p *process) usage(ctx context.Context) (usage, error) { return p.ask(ctx, "/usage") }

// usageWithHeap is usage with the heap, which is collected for that.
func (p *process) usageWithHeap(ctx context.Context) (usage, error) {
	return p.ask(ctx, "/usage?heap=1")
}

func (p *process) ask(ctx context.Context, path string) (u usage, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+path, nil)
	if err != nil {
		return u, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return u, err
	}
	defer answer.Body.Close()
	return u, json.NewDecoder(answer.Body).Decode(&u)
}

// stop ends the process in order.
func (p *process) stop() error {
	return errors.Join(p.cmd.Process.Signal(syscall.SIGTERM), p.cmd.Wait())
}

// kill ends the process at once, with no chance to do anything more.
func (p *process) kill() error {
	err := p.cmd.Process.Kill()
	p.cmd.Wait() // its status says that it was killed
	return err
}
