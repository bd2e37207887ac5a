package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// Serve answers at a listener until the context ends, always the same for each path: /create-2, /describe-20 and
// /describe-100. It throws away what it reads.
func Serve(ctx context.Context, listener net.Listener) error {
	answers := map[string]Answer{}
	for name, make := range map[string]func() (Answer, error){
		"/create-2":     func() (Answer, error) { return createAnswer(2) },
		"/describe-20":  func() (Answer, error) { return describeAnswer(20) },
		"/describe-100": func() (Answer, error) { return describeAnswer(100) },
	} {
		answer, err := make()
		if err != nil {
			return err
		}
		answers[name] = answer
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		answer, found := answers[strings.TrimSuffix(request.URL.Path, "/")]
		if !found {
			http.Error(writer, fmt.Sprintf("no answer for %s", request.URL.Path), http.StatusTeapot)

			return
		}
		_, _ = io.Copy(io.Discard, request.Body)
		writer.Header().Set("Content-Type", "text/xml")
		writer.WriteHeader(answer.Status)
		_, _ = writer.Write(answer.Body)
	})}
	ended := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer ended()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}

	return nil
}
