package hubprogram

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/glimpse-go/glimpse/examples/internal/human"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/sqlitestore"
	"github.com/glimpse-go/glimpse/transport/storecopy"
)

type backupWord struct {
	To string `arg:"" type:"path" help:"The folder of the backup, which the hub can write: new, or one of an earlier backup of this hub."`
}

// Run has the hub make the backup.
func (w backupWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	report, err := call[string, storecopy.Report](ctx, g, "backup", w.To)
	if err == nil {
		fmt.Fprintf(env.Out, "Backed up into %s: %s and %s, of which %d had changed.\n", w.To,
			human.Count(report.Records.Seen, "record", "records"), human.Count(report.Blobs.Seen, "blob", "blobs"), report.Changes())
	}
	return err
}

// unfinished marks a backup that is being made.
func unfinished(dir string) string { return filepath.Join(dir, "unfinished") }

// fewChanges is of what a pass of a backup leaves over at most, as a rule, for the one
// during which nothing is changed.
const fewChanges = 100

// passes bounds how often it is tried to come to so few.
const passes = 5

// backup copies the hub into a folder: while it is in use first, and what was changed
// meanwhile with changes held up, so that all belongs together.
func (a *admin) backup(ctx context.Context, to string) (total storecopy.Report, err error) {
	if err := mayBackUp(to); err != nil {
		return total, err
	}
	lock, err := program.Lock(to)
	if err != nil {
		return total, err
	}
	defer lock.Close()
	if err := a.backupKey(to); err != nil {
		return total, err
	}
	store, err := sqlitestore.Open(ctx, storeIn(to))
	if err != nil {
		return total, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	for range passes {
		report, err := storecopy.Copy(ctx, store, a.store.Store, storecopy.Options{})
		total = plus(total, report)
		if err != nil {
			return total, err
		}
		if report.Changes() <= fewChanges {
			break
		}
	}
	defer a.store.pause()()
	report, err := storecopy.Copy(ctx, store, a.store.Store, storecopy.Options{})
	if err == nil {
		err = os.Remove(unfinished(to))
	}
	return plus(total, report), err
}

// mayBackUp refuses a folder that has something else in it: what is shared or copied from there
// would take the hub's key along.
func mayBackUp(to string) error {
	entries, err := os.ReadDir(to)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	begun := func(e os.DirEntry) bool { return slices.Contains([]string{"key.pem", "lock", "unfinished"}, e.Name()) }
	if len(entries) > 0 && !slices.ContainsFunc(entries, begun) {
		return program.Plain(fmt.Errorf("%s has something else in it; choose a new folder, or one of an earlier backup", to))
	}
	return nil
}

// plus adds what another pass has changed; seen is what the last one has.
func plus(a, b storecopy.Report) storecopy.Report {
	b.Records.Copied, b.Records.Removed = a.Records.Copied+b.Records.Copied, a.Records.Removed+b.Records.Removed
	b.Blobs.Copied, b.Blobs.Removed = a.Blobs.Copied+b.Blobs.Copied, a.Blobs.Removed+b.Blobs.Removed
	return b
}

// backupKey begins a backup with the hub's key, and refuses the folder of another hub.
func (a *admin) backupKey(to string) error {
	text, err := os.ReadFile(filepath.Join(a.dir, "key.pem"))
	if err != nil {
		return err
	}
	name := filepath.Join(to, "key.pem")
	there, err := os.ReadFile(name)
	switch {
	case err == nil && string(there) != string(text):
		return program.Plain(fmt.Errorf("%s is of another hub; choose another folder", to))
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return err
	}
	if err := program.WriteFile(unfinished(to), []byte("A backup is being made, or was broken off.\n")); err != nil {
		return err
	}
	return program.WriteFile(name, text)
}

type restoreWord struct {
	From string `arg:"" type:"existingdir" help:"The folder of the backup."`
}

// Run makes the folder beside its place, and moves it there when it is whole.
func (w restoreWord) Run(ctx context.Context, env program.Env, g *grammar) error {
	if broken, err := program.Exists(unfinished(w.From)); err != nil || broken {
		return errors.Join(err, program.Plain(fmt.Errorf("the backup in %s is not whole; make it again, or use another one", w.From)))
	}
	if err := syscall.Rmdir(g.Data); err != nil && !errors.Is(err, os.ErrNotExist) { // an empty folder goes, nothing else
		return program.Plain(fmt.Errorf("%s is not an empty folder; restore into a new folder", g.Data))
	}
	part := g.Data + ".part"
	if err := os.RemoveAll(part); err != nil { // of a restore that was broken off
		return err
	}
	report, err := copyHub(ctx, env, part, w.From)
	if err == nil {
		err = os.Rename(part, g.Data)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(part))
	}
	fmt.Fprintf(env.Out, "Restored into %s: %s and %s.\n", g.Data,
		human.Count(report.Records.Seen, "record", "records"), human.Count(report.Blobs.Seen, "blob", "blobs"))
	fmt.Fprintln(env.Out, "What was revoked or deleted since the backup was made is back: revoke and delete it again.")
	return nil
}

// copyHub copies the folder of a hub that does not run.
func copyHub(ctx context.Context, env program.Env, to, from string) (report storecopy.Report, err error) {
	lock, err := program.Lock(from)
	if err != nil {
		return report, err
	}
	defer lock.Close()
	text, err := os.ReadFile(filepath.Join(from, "key.pem"))
	if err != nil {
		return report, program.Plain(fmt.Errorf("%s is no backup of a hub: %w", from, err))
	}
	first, err := sqlitestore.Open(ctx, storeIn(from))
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, first.Close()) }()
	second, err := sqlitestore.Open(ctx, storeIn(to))
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, second.Close()) }()
	progress := program.NewProgress(env.Err)
	report, err = storecopy.Copy(ctx, second, first, storecopy.Options{Progress: func(r storecopy.Report) {
		progress.Show(fmt.Sprintf("copied %d records, %d blobs, %s", r.Records.Copied, r.Blobs.Copied, human.Size(r.Records.Bytes+r.Blobs.Bytes)))
	}})
	progress.Done()
	if err == nil {
		err = hub.Restored(ctx, second)
	}
	if err != nil {
		return report, err
	}
	return report, program.WriteFile(filepath.Join(to, "key.pem"), text)
}
