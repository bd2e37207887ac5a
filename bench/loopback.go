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

// Serve serves HTTP on a listener until ctx is done. It has one constant response for each of the paths /create-2, /describe-20
// and /describe-100, and discards request bodies.
func Serve(ctx context.Context, listener net.Listener) error {
	responses := map[string]Response{}
	for path, create := range map[string]func() (Response, error){
		"/create-2":     func() (Response, error) { return createResponse(2) },
		"/describe-20":  func() (Response, error) { return describeResponse(20) },
		"/describe-100": func() (Response, error) { return describeResponse(100) },
	} {
		response, err := create()
		if err != nil {
			return err
		}
		responses[path] = response
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		response, found := responses[strings.TrimSuffix(request.URL.Path, "/")]
		if !found {
			http.Error(writer, fmt.Sprintf("no response for the path %s", request.URL.Path), http.StatusTeapot)

			return
		}
		_, _ = io.Copy(io.Discard, request.Body)
		writer.Header().Set("Content-Type", "text/xml")
		writer.WriteHeader(response.Status)
		_, _ = writer.Write(response.Body)
	})}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}

	return nil
}
