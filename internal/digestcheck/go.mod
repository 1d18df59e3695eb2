module github.com/glimpse-go/glimpse/internal/digestcheck

go 1.26.0

require github.com/glimpse-go/glimpse v0.0.0

require github.com/transparency-dev/merkle v0.0.2

replace github.com/glimpse-go/glimpse => ../..
