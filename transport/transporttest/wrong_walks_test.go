package transporttest

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/glimpse-go/glimpse/transport"
)

var wrongWalks = slices.Concat(
	walking("puts '/' before '-'", "is in the order of bytes", func(_ *faulty, keys walk) walk {
		return sortedBy(keys, strings.NewReplacer("/", "\x00").Replace)
	}),
	walking("sorts by length first", "is in the order of bytes", func(_ *faulty, keys walk) walk {
		return sortedBy(keys, func(key string) string { return string(rune(len(key))) + key })
	}),
	walking("leaves '-' out when it sorts", "is in the order of bytes", func(_ *faulty, keys walk) walk {
		return sortedBy(keys, func(key string) string { return strings.ReplaceAll(key, "-", "") + "|" + key })
	}),
	walking("takes a prefix as whole parts", "takes a prefix as it is", func(_ *faulty, keys walk) walk {
		return filtered(keys, func(key, prefix string) bool {
			return prefix == "" || key == prefix || strings.HasPrefix(key, strings.TrimSuffix(prefix, "/")+"/")
		})
	}),
	walking("takes '_' as any character", "takes a prefix as it is", func(_ *faulty, keys walk) walk {
		return filtered(keys, func(key, prefix string) bool {
			for i := range len(prefix) {
				if i >= len(key) || prefix[i] != key[i] && prefix[i] != '_' {
					return false
				}
			}
			return true
		})
	}),
	walking("ignores after", "begins after a key", func(_ *faulty, keys walk) walk {
		return func(ctx context.Context, prefix, _ string, limit int) keySeq { return keys(ctx, prefix, "", limit) }
	}),
	walking("begins with after", "begins after a key", func(_ *faulty, keys walk) walk {
		return func(ctx context.Context, prefix, after string, limit int) keySeq {
			if after == "" {
				return keys(ctx, prefix, after, limit)
			}
			return limited(limit, func(yield func(string, error) bool) {
				for key, err := range keys(ctx, prefix, "", 0) {
					if key >= after && !yield(key, err) {
						return
					}
				}
			})
		}
	}),
	walking("begins after what is below after", "begins after a key", func(_ *faulty, keys walk) walk {
		return func(ctx context.Context, prefix, after string, limit int) keySeq {
			if after != "" {
				after += "/zzz"
			}
			return keys(ctx, prefix, after, limit)
		}
	}),
	walking("finds nothing after what is not there", "begins after a key", func(_ *faulty, keys walk) walk {
		return func(ctx context.Context, prefix, after string, limit int) keySeq {
			for key := range keys(ctx, "", "", 0) {
				if after == "" || key == after {
					return keys(ctx, prefix, after, limit)
				}
			}
			return each[string](nil)
		}
	}),
	walking("ignores its limit", "ends at its limit", func(_ *faulty, keys walk) walk {
		return func(ctx context.Context, prefix, after string, _ int) keySeq { return keys(ctx, prefix, after, 0) }
	}),
	walking("counts what it passes over", "ends at its limit", func(_ *faulty, keys walk) walk {
		return func(ctx context.Context, prefix, after string, limit int) keySeq {
			return func(yield func(string, error) bool) {
				for key, err := range keys(ctx, "", after, limit) {
					if strings.HasPrefix(key, prefix) && !yield(key, err) {
						return
					}
				}
			}
		}
	}),
	walking("holds a lock", "holds no lock", func(f *faulty, keys walk) walk {
		var mu sync.Mutex
		f.through(mu.Lock, mu.Unlock)
		return during(keys, mu.Lock, mu.Unlock)
	}),
	walking("holds a lock against writers", "holds no lock", func(f *faulty, keys walk) walk {
		var mu sync.RWMutex
		f.through(mu.Lock, mu.Unlock)
		return during(keys, mu.RLock, mu.RUnlock)
	}),
	walking("is on the only connection", "goes on beside others", func(f *faulty, keys walk) walk {
		pool := make(chan struct{}, 1)
		f.through(func() { pool <- struct{}{} }, func() { <-pool })
		return during(keys, func() { pool <- struct{}{} }, func() { <-pool })
	}),
	walking("is on one of ten connections", "goes on beside others", func(f *faulty, keys walk) walk {
		pool := make(chan struct{}, 10)
		f.through(func() { pool <- struct{}{} }, func() { <-pool })
		return during(keys, func() { pool <- struct{}{} }, func() { <-pool })
	}),
	walking("keeps its connection when it is stopped", "that is stopped is over", func(f *faulty, keys walk) walk {
		pool := make(chan struct{}, 100)
		f.through(func() { pool <- struct{}{} }, func() { <-pool })
		return func(ctx context.Context, prefix, after string, limit int) keySeq {
			return func(yield func(string, error) bool) {
				pool <- struct{}{}
				for key, err := range keys(ctx, prefix, after, limit) {
					if !yield(key, err) {
						return
					}
				}
				<-pool
			}
		}
	}),
	walking("counts how many it has passed, and skips", "lists once what stays while others go", byOffset),
	walking("counts how many it has passed, and repeats", "lists once what stays while others come", byOffset),
	walking("passes over one more with a limit", "goes on from page to page", func(_ *faulty, keys walk) walk {
		return func(ctx context.Context, prefix, after string, limit int) keySeq {
			if limit > 0 && after != "" {
				for key := range keys(ctx, prefix, after, 1) {
					after = key
				}
			}
			return keys(ctx, prefix, after, limit)
		}
	}),
	walking("ignores the end of its context", "ends with its context", func(_ *faulty, keys walk) walk {
		return func(ctx context.Context, prefix, after string, limit int) keySeq {
			return keys(context.WithoutCancel(ctx), prefix, after, limit)
		}
	}),
	walking("ends quietly with its context", "ends with its context", func(_ *faulty, keys walk) walk {
		return func(ctx context.Context, prefix, after string, limit int) keySeq {
			return func(yield func(string, error) bool) {
				for key, err := range keys(context.WithoutCancel(ctx), prefix, after, limit) {
					if ctx.Err() != nil || !yield(key, err) {
						return
					}
				}
			}
		}
	}),
)

// walk is Scan or List, of which only the keys are told.
type (
	keySeq = iter.Seq2[string, error]
	walk   = func(ctx context.Context, prefix, after string, limit int) keySeq
)

// walking is one store whose Scan has a defect, and one whose List has it.
func walking(defect, check string, of func(f *faulty, keys walk) walk) []wrong[transport.Store] {
	return []wrong[transport.Store]{
		{"scan " + defect, "scan " + check, having(func(f *faulty) {
			keys := of(f, func(ctx context.Context, prefix, after string, limit int) keySeq {
				return onlyKeys(f.memory.Scan(ctx, prefix, after, limit), func(r transport.Record) string { return r.Key })
			})
			f.scan = func(ctx context.Context, prefix, after string, limit int) recordSeq {
				return looking(keys(ctx, prefix, after, limit), func(key string) (transport.Record, bool) {
					found, _ := f.memory.Get(context.Background(), key)
					return found[0], found[0].Version > 0
				})
			}
		})},
		{"list " + defect, "list " + check, having(func(f *faulty) {
			keys := of(f, func(ctx context.Context, prefix, after string, limit int) keySeq {
				return onlyKeys(f.memory.List(ctx, prefix, after, limit), func(b transport.BlobInfo) string { return b.Key })
			})
			f.list = func(ctx context.Context, prefix, after string, limit int) blobSeq {
				return looking(keys(ctx, prefix, after, limit), func(key string) (transport.BlobInfo, bool) {
					b, err := f.memory.Open(context.Background(), key)
					if err != nil {
						return transport.BlobInfo{}, false
					}
					return transport.BlobInfo{Key: key, Size: b.Size()}, true
				})
			}
		})},
	}
}

// looking looks each of some keys up.
func looking[V any](keys keySeq, look func(string) (V, bool)) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		for key, err := range keys {
			v, ok := look(key)
			if (ok || err != nil) && !yield(v, err) {
				return
			}
		}
	}
}

// sortedBy has a walk in another order.
func sortedBy(keys walk, by func(string) string) walk {
	return func(ctx context.Context, prefix, after string, limit int) keySeq {
		var all []string
		for key := range keys(ctx, prefix, after, limit) {
			all = append(all, key)
		}
		slices.SortFunc(all, func(a, b string) int { return strings.Compare(by(a), by(b)) })
		return each(all)
	}
}

// filtered has a walk take prefixes in another way.
func filtered(keys walk, has func(key, prefix string) bool) walk {
	return func(ctx context.Context, prefix, after string, limit int) keySeq {
		return limited(limit, func(yield func(string, error) bool) {
			for key, err := range keys(ctx, "", after, 0) {
				if has(key, prefix) && !yield(key, err) {
					return
				}
			}
		})
	}
}

func limited(limit int, keys keySeq) keySeq {
	return func(yield func(string, error) bool) {
		n := 0
		for key, err := range keys {
			if n++; !yield(key, err) || n == limit {
				return
			}
		}
	}
}

// during takes something for a walk.
func during(keys walk, take, leave func()) walk {
	return func(ctx context.Context, prefix, after string, limit int) keySeq {
		return func(yield func(string, error) bool) {
			take()
			defer leave()
			keys(ctx, prefix, after, limit)(yield)
		}
	}
}

// through takes something for each call that changes.
func (f *faulty) through(take, leave func()) {
	f.apply = func(ctx context.Context, b transport.Batch) (uint64, error) {
		take()
		defer leave()
		return f.memory.Apply(ctx, b)
	}
	f.uploads(func(u *faultyUpload) {
		u.commit = func(ctx context.Context) error {
			take()
			defer leave()
			return u.BlobWriter.Commit(ctx)
		}
	})
}

// byOffset walks in pages, each of which begins where as many are passed as have been
// listed.
func byOffset(_ *faulty, keys walk) walk {
	const size = 10
	return func(ctx context.Context, prefix, after string, limit int) keySeq {
		return limited(limit, func(yield func(string, error) bool) {
			for n := 0; ; n += size {
				page, err := skipped(keys(ctx, prefix, after, 0), n, size)
				if err != nil {
					yield("", err)
					return
				}
				for _, key := range page {
					if !yield(key, nil) {
						return
					}
				}
				if len(page) < size {
					return
				}
			}
		})
	}
}

func skipped(keys keySeq, n, size int) (page []string, errs error) {
	for key, err := range limited(n+size, keys) {
		if errs = errors.Join(errs, err); n == 0 {
			page = append(page, key)
		} else {
			n--
		}
	}
	return page, errs
}
