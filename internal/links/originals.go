package main

import "context"

const originalsName = "originals"

type load struct {
	count       int
	size, large int64
	dir         string
}

func (o options) fetched(ctx context.Context, r *results) error { return nil }
func (r *results) writePlot(string) error                       { return nil }
