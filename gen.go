package redshift

//go:generate go run -C tools ./generate
