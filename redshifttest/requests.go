package redshifttest

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/contract"
)

// maxRequests is the number of requests that the log keeps, so that a benchmark does not fill the memory.
const maxRequests = 10_000

// maxRequestMemory is the memory of all requests in the log, in bytes.
const maxRequestMemory = 64 << 20

// The memory of a request in addition to its strings, in bytes: for the Request with two maps, for each name in a map, and for each value.
const (
	requestOverhead = 1024
	nameOverhead    = 128
	valueOverhead   = 16
)

// Request describes a request to the fake and its response.
type Request struct {
	// Method is the HTTP method, GET or POST.
	Method string
	// Operation is the value of Action. It is empty if the request has no Action or malformed parameters.
	Operation string
	// AccountID is the account whose key signed the request. It is empty if the signature is invalid, or if a Fault replaced the check.
	AccountID string
	// Params are the parameters of the query and of a posted form, including Action and Version. The signature and
	// the session token of a presigned URL are redacted, and so are secret parameters, such as passwords.
	Params url.Values
	// Header is the header without secrets: the signature in Authorization and the whole X-Amz-Security-Token are redacted.
	Header http.Header
	// Time is the time on the fake's clock when it executed the request.
	Time time.Time
	// Status is the HTTP status of the response. It is 0 if the connection was cut, or if the caller did not wait for the response.
	Status int
	// Code is the error code of the response. It is empty for a success, and for a response with the Status of a Fault.
	Code awsquery.ErrorCode
	// RequestID is the request id of the response.
	RequestID string
}

// Requests returns the requests that have ended, in the order of arrival: the last 10,000, or fewer if they need more than 64 MiB of
// memory. The result is a copy.
func (f *Fake) Requests() []Request { return f.log.all() }

type requestLog struct {
	logger *slog.Logger
	region string // empty for the region of New

	isOperation func(name string) bool
	secrets     map[string]bool // the last parts of the names of secret parameters, in lower case

	mutex   sync.Mutex
	number  int
	size    int // of the entries, in bytes
	entries []*logEntry
}

// logEntry is a request that may not have ended yet.
type logEntry struct {
	Request
	size  int
	began time.Time // in real time
	done  bool
}

func (l *requestLog) begin(request *incoming, params url.Values) *logEntry {
	keptParams, paramsSize := copyValues(params)
	keptHeader, headerSize := copyValues(request.header)
	l.redactParams(keptParams)
	redactHeader(keptHeader)
	entry := &logEntry{
		Request: Request{
			Method:    strings.Clone(request.method),
			Operation: url.Values(keptParams).Get("Action"),
			Params:    keptParams,
			Header:    keptHeader,
		},
		size:  requestOverhead + len(request.method) + paramsSize + headerSize,
		began: time.Now(),
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.number++
	entry.RequestID = newRequestID(l.region, l.number)
	if len(l.entries) >= 2*maxRequests {
		for _, old := range l.entries[:len(l.entries)-maxRequests] {
			l.size -= old.size
		}
		l.entries = slices.Clone(l.entries[len(l.entries)-maxRequests:])
	}
	l.size += entry.size
	for l.size > maxRequestMemory && len(l.entries) > 0 {
		l.size -= l.entries[0].size
		l.entries[0] = nil // otherwise the array keeps it in memory
		l.entries = l.entries[1:]
	}
	l.entries = append(l.entries, entry)

	return entry
}

func (l *requestLog) end(entry *logEntry, at time.Time, status int, code awsquery.ErrorCode) {
	l.mutex.Lock()
	entry.Time, entry.Status, entry.Code, entry.done = at, status, code, true
	l.mutex.Unlock()
	l.write(entry)
}

// onlyLetters matches a text that is more likely the name of an operation than a secret.
var onlyLetters = regexp.MustCompile(`^[A-Za-z]{1,64}$`)

// write logs a request that has ended.
func (l *requestLog) write(entry *logEntry) {
	if l.logger == nil {
		return
	}
	level := slog.LevelWarn
	if entry.Status >= http.StatusOK && entry.Status < http.StatusBadRequest {
		level = slog.LevelInfo
	}
	name := entry.Operation
	if !l.isOperation(name) && !onlyLetters.MatchString(name) {
		name = "" // the text could be a secret in the wrong place
	}
	record := []slog.Attr{slog.String("operation", name), slog.String("account", entry.AccountID), slog.Int("status", entry.Status)}
	if entry.Code != "" {
		record = append(record, slog.String("code", string(entry.Code)))
	}
	record = append(record, slog.String("request_id", entry.RequestID), slog.Duration("duration", time.Since(entry.began)))
	l.logger.LogAttrs(context.Background(), level, "call", record...)
}

func (l *requestLog) all() []Request {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	var requests []Request
	for _, entry := range l.entries[max(0, len(l.entries)-maxRequests):] {
		if entry.done {
			request := entry.Request
			request.Params, request.Header = cloneValues(request.Params), request.Header.Clone()
			requests = append(requests, request)
		}
	}

	return requests
}

func cloneValues(values url.Values) url.Values {
	return url.Values(http.Header(values).Clone())
}

// copyValues copies parameters or a header, and returns the size of the copy in bytes. It copies the strings too, because a part of a
// longer text would keep that text in memory.
func copyValues(values map[string][]string) (kept map[string][]string, size int) {
	kept = make(map[string][]string, len(values))
	for name, all := range values {
		copied := make([]string, len(all))
		for i, value := range all {
			copied[i] = strings.Clone(value)
			size += valueOverhead + len(value)
		}
		kept[strings.Clone(name)] = copied
		size += nameOverhead + len(name)
	}

	return kept, size
}

func (l *requestLog) redactParams(params url.Values) {
	for name := range params {
		lower := strings.ToLower(name)
		if secretParameters[lower] || l.isSecret(lower) {
			params.Set(name, redacted)
		}
	}
}

// isSecret reports whether a part of the name of a parameter is the name of a secret, also if the name is wrong, such as Password.1.
func (l *requestLog) isSecret(lower string) bool {
	for part := range strings.SplitSeq(lower, ".") {
		if l.secrets[part] {
			return true
		}
	}

	return false
}

// secretNames returns the last parts of the names of secret parameters, in lower case. A parameter with such a name is a secret
// even if the caller misspelled the operation or the structure.
func secretNames(operations []contract.Operation) map[string]bool {
	secrets := make(map[string]bool)
	seen := make(map[string]bool)
	var add func(members []contract.Member)
	add = func(members []contract.Member) {
		for _, member := range members {
			if member.Secret {
				secrets[strings.ToLower(member.Name)] = true
			}
			if member.Structure != "" && !seen[member.Structure] {
				seen[member.Structure] = true
				add(contract.Definition(member.Structure))
			}
		}
	}
	for _, operation := range operations {
		for _, param := range operation.Params {
			if param.Secret {
				secrets[strings.ToLower(param.Name)] = true
			}
			add(param.Members)
		}
	}

	return secrets
}

// secretParameters are in lower case. The last two belong to Signature Version 2.
var secretParameters = map[string]bool{"x-amz-signature": true, "x-amz-security-token": true, "signature": true, "securitytoken": true}

// publicAuthorization matches the parts of an Authorization header that are not secret.
var publicAuthorization = regexp.MustCompile(
	`^AWS4-HMAC-SHA256 Credential=[A-Z0-9]+/[0-9]{8}/[a-z0-9-]+/[a-z0-9-]+/aws4_request, ?SignedHeaders=[a-z0-9;-]+, ?Signature=`)

func redactHeader(header http.Header) {
	for i, text := range header["Authorization"] {
		header["Authorization"][i] = publicAuthorization.FindString(text) + redacted
	}
	if header.Get("X-Amz-Security-Token") != "" {
		header.Set("X-Amz-Security-Token", redacted)
	}
}
