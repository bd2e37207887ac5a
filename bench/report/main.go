// Command report measures all sides in alternation and writes the results to docs/performance.json, docs/performance.md and
// docs/performance.svg.
//
//	go run -C bench ./report
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/redshift-go/redshift/bench"
)

func main() {
	rounds := flag.Int("rounds", 7, "the `number` of times that everything is measured")
	duration := flag.Duration("duration", 200*time.Millisecond, "the approximate `duration` of one measurement")
	docs := flag.String("docs", "../docs", "the `folder` to write the results to")
	serve := flag.Bool("serve", false, "run the server for the measurements over loopback")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	run := func() error { return report(ctx, *docs, *rounds, *duration) }
	if *serve {
		run = func() error { return server(ctx) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

// server prints its address and serves until its standard input ends.
func server(ctx context.Context) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		_, _ = os.Stdin.Read(make([]byte, 1))
		stop()
	}()

	return bench.Serve(ctx, listener)
}

func report(ctx context.Context, docs string, rounds int, duration time.Duration) error {
	if rounds < 1 || duration <= 0 {
		return errors.New("-rounds and -duration must be positive")
	}
	measured, err := measure(ctx, rounds, duration)
	if err != nil {
		return err
	}
	encoded, err := json.MarshalIndent(measured, "", "  ")
	if err != nil {
		return err
	}
	page, err := measured.page()
	if err != nil {
		return err
	}
	chart, err := measured.chart()
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"performance.json": append(encoded, '\n'),
		"performance.md":   page,
		"performance.svg":  chart,
	} {
		if err := os.WriteFile(filepath.Join(docs, name), content, 0o644); err != nil {
			return err
		}
	}
	measured.print(os.Stdout)

	return measured.check()
}
