package sqlitestore

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

const (
	checkpointBytes = 16 << 20    // written since the last checkpoint, about, make it due
	checkpointAfter = time.Second // so does something written, and this time
	restartFrames   = 16 << 10    // of 4 KiB: so long the log may be before it begins anew
	restFrames      = 256         // so many are put into the database while nobody writes
	maxPasses       = 8           // or what has come in the last of so many
)

// log is the write-ahead log. A goroutine puts it into the database while others go on
// writing, and has it begin anew when it has become long.
type log struct {
	conn    *conn
	passive statement
	restart statement
	turn    sync.Mutex   // is held by who writes
	written atomic.Int64 // bytes since the last checkpoint, about
	due     chan struct{}
	closing chan struct{}
	stopped chan struct{}
}

func (l *log) open(path string) (err error) {
	if l.conn, err = connect(path, "busy_timeout(1000)"); err != nil {
		return err
	}
	l.passive = l.conn.prepare("PRAGMA wal_checkpoint(PASSIVE)")
	l.restart = l.conn.prepare("PRAGMA wal_checkpoint(RESTART)")
	if l.conn.err != nil {
		return errors.Join(l.conn.err, l.conn.close())
	}
	l.written.Store(1) // what a crash has left in the log: on a full disk it may be all the room there is
	l.due, l.closing, l.stopped = make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	go l.run()
	return nil
}

func (l *log) close() error {
	close(l.closing)
	<-l.stopped
	return l.conn.close()
}

// grow tells that about so many bytes have been written.
func (l *log) grow(size int) {
	if l.written.Add(int64(size)) < checkpointBytes {
		return
	}
	select {
	case l.due <- struct{}{}:
	default:
	}
}

func (l *log) run() {
	defer close(l.stopped)
	now := time.NewTicker(checkpointAfter)
	defer now.Stop()
	for {
		select {
		case <-l.closing:
			return
		case <-l.due:
		case <-now.C:
		}
		if l.written.Swap(0) > 0 && !l.checkpoint() {
			l.written.Add(1) // also if nothing is written any more, since the disk is full
		}
	}
}

// checkpoint puts what is in the log into the database, beside those who write. When the
// log has become long, that is done again for what has come since, until it is little. The
// rest is put there with nobody writing, and the log begins anew. A checkpoint that fails,
// since the disk is full or another process is at it, is made up for by the next one; it
// reports whether it did not.
func (l *log) checkpoint() (done bool) {
	for last, n := 0, 0; n < maxPasses; n++ {
		frames := pass(l.passive)
		if frames < restartFrames {
			return frames >= 0
		}
		if frames-last < restFrames {
			break
		}
		last = frames
	}
	l.turn.Lock()
	defer l.turn.Unlock()
	return pass(l.restart) >= 0
}

// pass returns how long the log was when it began, or -1 if it failed.
func pass(checkpoint statement) (frames int) {
	columns, err := first(checkpoint)
	if err != nil || len(columns) < 2 {
		return -1
	}
	return int(as[int64](columns[1]))
}
