package redshift

// The one command is go generate ./... ; the second half of it stands in spec/gen.go, which says why.

//go:generate go run -C tools ./generate -keep-stale
