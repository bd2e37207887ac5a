package attempts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"syscall"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/sigv4"
)

// logsAttempts reports whether the client logs each attempt.
func (i *invocation) logsAttempts(ctx context.Context) bool {
	return i.Logger != nil && i.Logger.Enabled(ctx, slog.LevelDebug)
}

// logAttempt logs an attempt, with its response if it got one.
func (i *invocation) logAttempt(ctx context.Context, err error) {
	record := []slog.Attr{slog.String("operation", i.action), slog.Int("attempt", i.number)}
	if err != nil {
		record = append(record, describe(err)...)
	} else if i.response != nil {
		record = append(record, slog.Int("status", i.response.StatusCode))
		record = appendText(record, "request_id", i.response.Header.Get("X-Amzn-Requestid"))
	}
	record = append(record, slog.Duration("duration", time.Since(i.sent.system)))
	i.Logger.LogAttrs(ctx, slog.LevelDebug, "redshift: attempt", record...)
}

// logRetry logs that a retry follows after the delay.
func (i *invocation) logRetry(ctx context.Context, delay time.Duration, err error) {
	if i.Logger == nil || !i.Logger.Enabled(ctx, slog.LevelInfo) {
		return
	}
	record := []slog.Attr{slog.String("operation", i.action), slog.Int("attempt", i.number)}
	record = append(record, describe(err)...)
	i.Logger.LogAttrs(ctx, slog.LevelInfo, "redshift: retry", append(record, slog.Duration("delay", delay))...)
}

// describe returns the log attributes of an error. It leaves out the error's text, which can quote the request: Redshift quotes
// parameters, and the error of a user's RoundTripper can have any text.
func describe(err error) []slog.Attr {
	if refused := ResponseIn(err); refused != nil {
		record := []slog.Attr{slog.Int("status", refused.StatusCode)}
		record = appendText(record, "code", string(refused.Code))
		record = appendText(record, "request_id", refused.RequestID)
		if refused.Err != nil {
			record = append(record, slog.String("error", unreadable(refused.Err)))
		}

		return record
	}

	return []slog.Attr{slog.String("error", reason(err))}
}

func appendText(record []slog.Attr, key, text string) []slog.Attr {
	if text == "" {
		return record
	}

	return append(record, slog.String(key, text))
}

// unreadable returns the reason why a response is unreadable.
func unreadable(err error) string {
	var broken *awsquery.ReadError
	if errors.As(err, &broken) {
		return "the response is incomplete: " + reason(broken.Err)
	}

	return "the response is not from Redshift"
}

// reason returns the reason for a missing response, without the error's own text.
func reason(err error) string {
	var (
		errno  syscall.Errno
		lookup *net.DNSError
	)
	switch {
	case errors.Is(err, ErrAttemptTimeout):
		return ErrAttemptTimeout.Error()
	case errors.Is(err, context.Canceled):
		return context.Canceled.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded.Error()
	case errors.As(err, &lookup):
		return "the host name was not found"
	case errors.As(err, &errno):
		return errno.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return "the connection was closed"
	case errors.As(err, new(*sigv4.SigningError)):
		return "the request could not be signed"
	default:
		return fmt.Sprintf("%T", innermost(err))
	}
}

func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
