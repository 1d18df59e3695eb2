package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// diskSize is how large a disk is that becomes full, in bytes: SQLite has a log of 64 MB.
const diskSize = 160 << 20

// diskFaults is of one hub on a store in a folder, on a disk of its own where that can be.
func (b *bench) diskFaults(ctx context.Context, dir, name, kind string) (_ measure.Results, err error) {
	mounted := mount(dir)
	if mounted == nil {
		defer func() { err = errors.Join(err, command("umount", dir)) }()
	} else if err := unlessSkipped(mounted); err != nil {
		return nil, err
	}
	p, err := b.newPlace(ctx, name, kind, dir, 1)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	hazards, err := p.diskHazards(mounted == nil)
	if err != nil {
		return nil, err
	}
	results, err := p.suffer(ctx, hazards)
	if err != nil {
		return results, err
	}
	damaged, err := p.damage(ctx)
	return append(results, damaged...), err
}

// diskHazards are what goes wrong with a disk: more, if it is one of the place's own.
func (p *place) diskHazards(own bool) (all []hazard, err error) {
	if own {
		all = append(all, p.full(), p.readOnly()) // first full: SQLite's log has no room of its own yet
	}
	if _, err := exec.LookPath("prlimit"); err == nil {
		all = append(all, p.limited())
	} else if err := unlessSkipped(missing("files that cannot be written", err)); err != nil {
		return nil, err
	}
	return append(all, p.killed("hub killed")), nil
}

// mount puts a small disk in the place of a folder. Who may not, measures without it.
func mount(dir string) error {
	err := command("mount", "-t", "tmpfs", "-o", fmt.Sprint("size=", diskSize), "tmpfs", dir)
	if err != nil {
		return missing("a full disk, and one that is read-only", err)
	}
	return nil
}

func command(name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}

// full fills the disk.
func (p *place) full() hazard {
	filler := filepath.Join(p.dir, "filler")
	return hazard{
		name: "disk full",
		begin: func(context.Context) error {
			f, err := os.Create(filler)
			if err != nil {
				return err
			}
			for block := make([]byte, 64<<10); len(block) > 0; {
				if _, err := f.Write(block); err != nil {
					block = block[:len(block)/2] // to the last byte
				}
			}
			return f.Close()
		},
		end: func(context.Context) error { return os.Remove(filler) },
	}
}

// limited lets the hub write no file while it has them open, as after an error of the disk.
func (p *place) limited() hazard {
	limit := func(size string) error {
		return command("prlimit", "--pid", strconv.Itoa(p.processes[0].cmd.Process.Pid), "--fsize="+size+":")
	}
	return hazard{
		name:  "no file can be written",
		begin: func(context.Context) error { return limit("0") },
		end:   func(context.Context) error { return limit("unlimited") },
	}
}

// readOnly starts the hub on a disk that cannot be written: it may say so and end.
func (p *place) readOnly() hazard {
	remount := func(how string) error {
		return errors.Join(p.halt(0), command("mount", "-o", "remount,"+how, p.dir))
	}
	return hazard{
		name: "hub started on a read-only disk",
		begin: func(context.Context) error {
			if err := remount("ro"); err != nil {
				return err
			}
			if err := p.boot(0); err != nil {
				p.progress("%s: %v", p.name, err)
			}
			return nil
		},
		end: func(context.Context) error { return errors.Join(remount("rw"), p.boot(0)) },
	}
}
