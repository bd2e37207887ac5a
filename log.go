package redshift

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/wire"
	"github.com/redshift-go/redshift/sigv4"
)

// logAttempt makes an attempt and logs it.
func (i *invocation) logAttempt(ctx context.Context) (any, error) {
	var response *http.Response
	operation := *i.operation
	WithResponse(&response)(&operation)
	started := time.Now()
	answer, err := i.next.SubmitContext(ctx, &operation)

	record := []slog.Attr{slog.String("operation", wire.Action(i.operation)), slog.Int("attempt", i.number)}
	if err != nil {
		record = append(record, describe(err)...)
	} else if response != nil {
		record = append(record, slog.Int("status", response.StatusCode))
		record = appendText(record, "request_id", response.Header.Get("X-Amzn-Requestid"))
	}
	record = append(record, slog.Duration("duration", time.Since(started)))
	i.logger.LogAttrs(ctx, slog.LevelDebug, "redshift: attempt", record...)

	return answer, err
}

// logRetry logs that another attempt follows after the delay.
func (i *invocation) logRetry(ctx context.Context, delay time.Duration, err error) {
	if i.logger == nil || !i.logger.Enabled(ctx, slog.LevelInfo) {
		return
	}
	record := []slog.Attr{slog.String("operation", wire.Action(i.operation)), slog.Int("attempt", i.number)}
	record = append(record, describe(err)...)
	i.logger.LogAttrs(ctx, slog.LevelInfo, "redshift: retry", append(record, slog.Duration("delay", delay))...)
}

// describe says of an error what a log may hold. Its text may have what was sent in it: Redshift quotes parameters, and a
// RoundTripper of the caller's can say anything.
func describe(err error) []slog.Attr {
	if refused := responseIn(err); refused != nil {
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

// unreadable is what is wrong with an answer.
func unreadable(err error) string {
	var broken *awsquery.ReadError
	if errors.As(err, &broken) {
		return "the answer broke off: " + reason(broken.Err)
	}

	return "the answer is not one that Redshift gives"
}

// reason is why there was no answer, in words that do not come from the error's own text.
func reason(err error) string {
	var (
		errno  syscall.Errno
		lookup *net.DNSError
	)
	switch {
	case errors.Is(err, errAttemptTimeout):
		return errAttemptTimeout.Error()
	case errors.Is(err, context.Canceled):
		return context.Canceled.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded.Error()
	case errors.As(err, &lookup):
		return "the name of the host was not found"
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
